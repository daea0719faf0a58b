import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const port = Number(new URL(stack.url).port);

/** A path that does not exist. Every request that gets through is a 404 and a line in each log. */
const run = randomBytes(4).toString("hex");
const pathOf = (index: number, request: string) => `/${run}-${index}-${request}`;

interface Smuggling {
  readonly name: string;
  /** Header lines of the first request; its body is `end` and then the second request. */
  readonly headers: (bodyBytes: number) => readonly string[];
  /** The end of the first request for a server that reads chunks; empty for one that counts bytes. */
  readonly end?: string;
  readonly lineEnd?: string;
}

const chunked = "Transfer-Encoding: chunked";
const noChunks = "0\r\n\r\n";

/** With these headers, one server may read chunks while the other one ignores them and counts bytes. */
const odd = (name: string, ...header: string[]): Smuggling => ({
  name,
  headers: (bytes) => [`Content-Length: ${bytes}`, ...header],
  end: noChunks,
});

const smugglings: readonly Smuggling[] = [
  odd("a length and chunks", chunked),
  { name: "chunks and a length", headers: (bytes) => [chunked, `Content-Length: ${bytes}`], end: noChunks },
  { name: "chunks and a length of 0", headers: () => [chunked, "Content-Length: 0"], end: noChunks },
  {
    name: "two lengths, the first one 0",
    headers: (n) => ["Content-Length: 0", `Content-Length: ${n}`],
  },
  {
    name: "two lengths, the second one 0",
    headers: (n) => [`Content-Length: ${n}`, "Content-Length: 0"],
  },
  { name: "two equal lengths", headers: () => ["Content-Length: 0", "Content-Length: 0"] },
  { name: "two lengths in one line", headers: (bytes) => [`Content-Length: 0, ${bytes}`] },
  { name: "a length with a sign", headers: () => ["Content-Length: +0"] },
  { name: "a negative length", headers: () => ["Content-Length: -1"] },
  { name: "a length in hexadecimal", headers: (bytes) => [`Content-Length: 0x${bytes.toString(16)}`] },
  { name: "a length with a space before the colon", headers: (bytes) => [`Content-Length : ${bytes}`] },
  odd("xchunked", "Transfer-Encoding: xchunked"),
  odd("chunked, identity", "Transfer-Encoding: chunked, identity"),
  odd("identity, chunked", "Transfer-Encoding: identity, chunked"),
  odd("chunked twice", chunked, chunked),
  odd("chunked and another", chunked, "Transfer-Encoding: cow"),
  odd("quoted chunked", 'Transfer-Encoding: "chunked"'),
  odd("capital chunked", "Transfer-Encoding: CHUNKED"),
  odd("chunked after a tab", "Transfer-Encoding:\tchunked"),
  odd("chunked after a vertical tab", "Transfer-Encoding: \u000bchunked"),
  odd("a space before the colon", "Transfer-Encoding : chunked"),
  odd("a tab before the colon", "Transfer-Encoding\t: chunked"),
  odd("a NUL after the value", "Transfer-Encoding: chunked\0"),
  odd("a folded value", "Transfer-Encoding:\r\n chunked"),
  odd("a folded header", "X-Other: value\r\n Transfer-Encoding: chunked"),
  odd("a leading space", " Transfer-Encoding: chunked"),
  odd("a bare line feed in a header", "X-Other: value\nTransfer-Encoding: chunked"),
  odd("a bare carriage return in a header", "X-Other: value\rTransfer-Encoding: chunked"),
  { ...odd("lines that end in a line feed alone", chunked), lineEnd: "\n" },
  { name: "a chunk size with a sign", headers: () => [chunked], end: "+0\r\n\r\n" },
  { name: "a chunk size in C's notation", headers: () => [chunked], end: "0x0\r\n\r\n" },
  { name: "a chunk that ends in a line feed alone", headers: () => [chunked], end: "0\n\n" },
];

/** Two unambiguous requests in one write. Two reach the router, and two the service. */
const pipelined: Smuggling = { name: "two in a row", headers: () => ["Content-Length: 0"] };

const attempts = [pipelined, ...smugglings];

const accessSchema = z.object({
  request: z.object({ uri: z.string() }),
  resp_headers: z.object({ "X-Request-Id": z.array(z.string()).default([]) }),
});
const requestSchema = z.object({ msg: z.literal("request"), path: z.string(), request_id: z.string() });

interface Seen {
  readonly id: string | undefined;
  readonly path: string;
}

let answers: string[];
let front: Seen[];
let behind: Seen[];

function bytesOf({ headers, end = "", lineEnd = "\r\n" }: Smuggling, index: number): string {
  const second = `GET /order${pathOf(index, "second")} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const body = `${end}${second}`;
  const lines = [`POST /order${pathOf(index, "first")} HTTP/1.1`, "Host: localhost", ...headers(body.length)];
  return `${[...lines, "", ""].join(lineEnd)}${body}`;
}

/** Sends this on a new connection. @returns everything that came back until the answers stopped */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text) => {
    answer += text;
  });
  socket.setTimeout(3000, () => socket.destroy());
  // The server may reset the connection to reject the request.
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(bytes, "latin1");
  await once(socket, "close");
  return answer;
}

describe("16 smuggling", () => {
  beforeAll(async () => {
    const startedAt = new Date();
    answers = await Promise.all(attempts.map((attempt, index) => exchange(bytesOf(attempt, index))));
    // Bytes left in a connection to the service would now become part of another request.
    const bystanders = attempts.map(async (_, index) => {
      const { status, headers } = await stack.customer.get(`/order${pathOf(index, "bystander")}`);
      return { status, id: headers.get("x-request-id") };
    });
    const ids = (await Promise.all(bystanders)).map(({ status, id }) => {
      expect(status).toBe(404);
      return id;
    });

    const router = await stack.clone.container("router");
    const orderApi = await stack.clone.container("order-api");
    const readLogs = async () => {
      front = (await stack.events(router, startedAt)).flatMap((event) => {
        const { data } = accessSchema.safeParse(event);
        const [id] = data?.resp_headers["X-Request-Id"] ?? [];
        return data ? [{ id, path: data.request.uri.replace("/order", "") }] : [];
      });
      behind = (await stack.events(orderApi, startedAt)).flatMap((event) => {
        const { data } = requestSchema.safeParse(event);
        return data ? [{ id: data.request_id, path: data.path }] : [];
      });
    };
    // Logs are written shortly after the answers.
    await vi.waitFor(async () => {
      await readLogs();
      for (const log of [front, behind]) {
        expect(log.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
      }
    }, 10_000);
  });

  const ofAttempt = (seen: readonly Seen[], index: number) =>
    seen
      .filter(({ path }) => path.startsWith(pathOf(index, "")))
      .sort((a, b) => a.path.localeCompare(b.path));

  test("16 two consecutive requests reach the router and the service as two", () => {
    expect(ofAttempt(behind, 0).map(({ path }) => path)).toEqual(
      ["bystander", "first", "second"].map((request) => pathOf(0, request)),
    );
    expect(ofAttempt(front, 0)).toEqual(ofAttempt(behind, 0));
  });

  test.for(smugglings.map(({ name }, index) => [name, index + 1] as const))("16 %s", ([, index]) => {
    const answered = [...(answers[index] ?? "").matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) =>
      Number(status),
    );
    const served = ofAttempt(behind, index);
    expect(served.map(({ path }) => path)).toContain(pathOf(index, "bystander"));
    if (served.length === 1) {
      // Rejected with an answer.
      expect(answered.length).toBeGreaterThan(0);
      expect(answered.filter((status) => ![400, 411, 501].includes(status))).toEqual([]);
    } else {
      // The router's line has no id if it cut the request off.
      const seen = ofAttempt(front, index).map(({ id, path }) => ({ id: id ?? expect.any(String), path }));
      expect(served).toEqual(seen);
    }
  });

  test("16 every request that reaches the service is in the router's log", () => {
    const known = new Set(front.map(({ path }) => path));
    expect(behind.filter(({ path }) => !known.has(path))).toEqual([]);
  });
});
