import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { FaultStack, parseEvent } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const startedAt = new Date();

const titleNumbers = {
  "a path upwards": "../../x",
  "a query and a fragment": "a?b#c",
  "a user part": "@evil",
  "a line break": 'OW12345678\r\n{"level":"info","msg":"forged"}',
  "a NUL": "OW12345678\0",
  "a right-to-left override": "OW\u202e12345678",
  "a terminal's control sequence": "OW12345678\u001b[2J\u009b31m\u007f",
  "1 MB": "1".repeat(1_000_000),
};

type Fields = { title_number: string; document_type: string; token: string };

const encodings = {
  "as a form": (fields: Fields) => ({ body: new URLSearchParams(fields) }),
  "as multipart": (fields: Fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return { body };
  },
  "as JSON": (fields: Fields) => ({
    body: JSON.stringify(fields),
    headers: { "content-type": "application/json" },
  }),
};

/** Characters that no log may contain: C0 and C1 controls, and those that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const accessSchema = z.object({ resp_headers: z.record(z.string(), z.array(z.string())) });

const problemSchema = z.looseObject({ status: z.number(), request_id: z.string() });

/** Request ids of all rejected requests, by status. */
const refused = new Map<string, number>();

describe("13 title numbers", () => {
  let token: string;

  beforeAll(async () => {
    token = await stack.customer.token();
  });

  const cases = Object.entries(titleNumbers).flatMap(([what, titleNumber]) =>
    Object.entries(encodings).map(([how, encode]) => ({ what, how, titleNumber, encode })),
  );

  test.for(cases)("13 title number with $what, $how: rejected", async ({ titleNumber, encode }) => {
    const fields = { title_number: titleNumber, document_type: "lease", token };
    const response = await fetch(`${stack.url}/orders`, { method: "POST", ...encode(fields) });
    const problem = problemSchema.parse(await response.json());
    if (titleNumber.length > 100_000) {
      expect(problem).toMatchObject({ status: 413, code: "body_too_large" });
    } else {
      expect(problem).toMatchObject({ status: 422, errors: [{ field: "title_number" }] });
    }
    expect(response.status).toBe(problem.status);
    refused.set(problem.request_id, problem.status);
  });

  const inPaths = Object.entries(titleNumbers).filter(([, titleNumber]) => controls.test(titleNumber));

  test.for(inPaths)("13 %s in a path: no such order", async ([, titleNumber]) => {
    const { status, body } = await stack.customer.get(`/orders/${encodeURIComponent(titleNumber)}`, token);
    expect(status).toBe(404);
    refused.set(String(body.request_id), status);
  });

  test("13 the document source gets one good order, and no request outside its base", async () => {
    const { body, headers } = await stack.customer.order("OW00000200", "lease");
    expect(await stack.customer.delivery(String(body.order_id))).toMatchObject({
      view: { status: "completed" },
    });
    const seen = await stack.source.requests();
    const requestId = headers.get("x-request-id");
    expect(seen).toContainEqual({ method: "GET", url: "/scans/OW00000200/lease.pdf", request_id: requestId });
    expect(seen.filter(({ url }) => !/^\/scans\/[A-Z0-9]+\/[a-z_]+\.[a-z]+$/.test(url ?? ""))).toEqual([]);
    expect(seen.filter(({ request_id }) => refused.has(request_id ?? ""))).toEqual([]);
  });

  test("13 each rejected request is one line in the router's log and one in the Order API's", async () => {
    expect(refused.size).toBe(cases.length + inPaths.length);
    const services = await stack.events(await stack.clone.container("order-api"), startedAt);
    const router = await stack.events(await stack.clone.container("router"), startedAt);
    const routerIds = router.flatMap((event) => {
      const access = accessSchema.safeParse(event);
      return access.success ? (access.data.resp_headers["X-Request-Id"] ?? []) : [];
    });
    for (const [id, status] of refused) {
      expect(services.filter((event) => event.request_id === id)).toEqual([
        expect.objectContaining({ msg: "request", status }),
      ]);
      expect(routerIds.filter((each) => each === id)).toEqual([id]);
    }
  });

  test("13 every line of every log is one JSON object, without a control character", async () => {
    for (const container of await stack.clone.containers()) {
      if (container.part.startsWith("redis")) continue;
      const lines = await stack.lines(container, startedAt);
      if (["order-api", "router"].includes(container.part)) expect(lines).not.toEqual([]);
      expect(lines.filter((line) => controls.test(line))).toEqual([]);
      expect(() => lines.map(parseEvent)).not.toThrow();
    }
  });
});
