import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { execa } from "execa";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { StackOutputs } from "../../commands/stack/stack.ts";
import { Customer } from "../../lib/customer.ts";
import { imagePath, samples, samplesFolder, truthPath } from "../../samples/samples.ts";
import { characterErrorRate } from "../../samples/scoring/character-error-rate.ts";
import { resultSuffixes } from "../../services/order-api/src/results/formats/formats.ts";
import { resultSchema } from "../../services/order-api/src/results/formats/json.ts";
import { pdfLines, ResultReaders } from "../readers/result-readers.ts";
import { drawLines } from "../scan.ts";
import { pause } from "./harm.ts";
import { STACK, StackUnderTest } from "./stack-under-test.ts";

const TOKEN_SECONDS = 5;
const PASSWORD = "unseen marble kettle";
/** What both engines show when the proof of an update reads another text. */
const TEXT_IS_WRONG = new RegExp(
  [
    "Diagnostics:",
    "  orbital-witness:index:Proof \\(proof\\):",
    "    error: The text of the proof is wrong\\.",
    "      Order: [0-9a-f-]{36}",
    '      Reason: 4 of 4 words are wrong: instead of "CONVEYANCE of Tallow House" it has "LEASE OF .*"\\.',
    "      Next: npm run logs -- --order [0-9a-f-]{36} --stack test",
  ].join("\n"),
);

let clone: StackUnderTest;
let outputs: StackOutputs;
let customer: Customer;

beforeAll(async () => {
  clone = await StackUnderTest.make({ tokenSeconds: String(TOKEN_SECONDS), proveOnUp: "true" });
  console.log(
    `The stack tests run through ${clone.stack.cli.kind === "pulumi" ? "the real pulumi" : "the stand-in"}.`,
  );
  outputs = await clone.up();
  customer = new Customer(outputs.url);
});

afterAll(async () => {
  await clone?.remove();
});

const idsByName = async () =>
  Object.fromEntries((await clone.containers()).map(({ id, name }) => [name, id]));
const partsReplaced = (before: Record<string, string>, after: Record<string, string>) => {
  const kept = new Set(Object.values(before));
  const fresh = Object.entries(after).filter(([, id]) => !kept.has(id));
  return fresh.map(([name]) => name.replace(/^orbital-witness-test-(.+)-[0-9a-f]{7}$/, "$1")).sort();
};

describe("a fresh stack", () => {
  it("has healthy containers, named by project, stack and part", async () => {
    expect(await clone.stack.containers.unwell(outputs.containers)).toEqual([]);
    const names = outputs.containers.map((name) => name.replace(/-[0-9a-f]{7}$/, ""));
    expect(names).toEqual(
      ["redis", "redis-access", "auth-api", "order-api", "ocr-worker-1", "ocr-worker-2", "router"].map(
        (part) => `orbital-witness-test-${part}`,
      ),
    );
    expect((await clone.containers()).map(({ name }) => name).sort()).toEqual([...outputs.containers].sort());
  });
});

describe("the proof of an update", () => {
  it("is an order of the first update, of which nothing is left", async () => {
    expect(outputs.proof).toEqual({ orderId: expect.any(String), seconds: expect.any(Number) });
    const program = new Customer(outputs.url, { user: await clone.programUser() });
    expect(await program.orderIds()).toEqual([]);
    const { name } = await clone.container("ocr-worker");
    const left = ["exec", name, "find", "/results", "/uploads", "-name", `${outputs.proof?.orderId}*`];
    expect((await execa("docker", left)).stdout).toBe("");
  });
});

describe("volumes", () => {
  it.each([
    ["ocr-worker", "/results", true],
    ["ocr-worker", "/search", false],
    ["order-api", "/results", false],
    ["order-api", "/search", true],
    ["ocr-worker", "/uploads", true],
    ["order-api", "/uploads", true],
    ["auth-api", "/results", false],
    ["auth-api", "/search", false],
    ["auth-api", "/accounts", true],
    ["order-api", "/accounts", false],
  ])("%s writes to %s: %s", async (part, folder, isWritable) => {
    const touch = ["touch", `${folder}/probe`];
    const { name } = await clone.container(part);
    const { failed, stderr } = await execa("docker", ["exec", name, ...touch], { reject: false });
    expect(failed ? stderr : "written").toMatch(isWritable ? /^written$/ : /Read-only file system/);
  });
});

describe("networks", () => {
  /** Whether a process beside the service can open a connection. The page processes share its network. */
  async function reaches(part: string, address: string, port: number): Promise<boolean> {
    const connect =
      "require('net').connect({ host: process.argv[1], port: process.argv[2], timeout: 3000 })" +
      ".on('connect', () => process.exit(0)).on('timeout', () => process.exit(1))" +
      ".on('error', () => process.exit(1))";
    const { name } = await clone.container(part);
    const command = ["exec", name, "node", "-e", connect, address, String(port)];
    return !(await execa("docker", command, { reject: false })).failed;
  }

  it("let a worker reach the documents and Redis, and nothing outside its networks", async () => {
    // This machine stands for the Internet: it is one hop further away than the stack's own networks.
    const outside = createServer().listen(0, "0.0.0.0");
    onTestFinished(() => {
      outside.close();
    });
    await once(outside, "listening");
    const { port } = outside.address() as AddressInfo;
    const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const here = interfaces.filter(({ family, internal }) => family === "IPv4" && !internal);
    expect(here).not.toEqual([]);
    for (const { address } of here) {
      expect(await reaches("ocr-worker", address, port), address).toBe(false);
    }
    // Shows that the address could be reached.
    expect(await reaches("order-api", here[0]?.address ?? "", port)).toBe(true);
    const places: [string, string][] = [
      ["auth-api", "front"],
      ["order-api", "front"],
      ["order-api", "back"],
      ["router", "front"],
    ];
    for (const [part, network] of places) {
      const endpoints = Object.entries(await clone.endpointsOf(await clone.container(part)));
      const [, endpoint] = endpoints.find(([name]) => name.includes(`-${network}-`)) ?? [];
      const address = endpoint?.IPAddress ?? "";
      expect(await reaches("ocr-worker", address, 8080), `${part} at ${address}`).toBe(false);
      expect(await reaches("order-api", address, 8080), `${part} at ${address}`).toBe(true);
    }
    expect(await reaches("ocr-worker", "auth-api", 8080)).toBe(false);
    expect(await reaches("ocr-worker", "order-api", 8080)).toBe(false);
    expect(await reaches("order-api", "ocr-worker", 8080)).toBe(false);
    expect(await reaches("ocr-worker", "router", 8081)).toBe(true);
    expect(await reaches("ocr-worker", "redis", 6379)).toBe(true);
  });
});

describe("orders", () => {
  it("can be placed for the documents that the source offers", async () => {
    const { body } = await customer.ask("GET", "/documents", { token: await customer.token() });
    expect(body).toMatchObject({
      ...{ source: "folder" },
      documents: expect.arrayContaining(
        samples.map(({ titleNumber, documentType }) => ({
          title_number: titleNumber,
          document_type: documentType,
        })),
      ),
    });
  });

  it.each(samples)("reads the $documentType of $titleNumber", async (sample) => {
    const { status, body } = await customer.order(sample.titleNumber, sample.documentType);
    expect(status).toBe(202);
    const { text } = await customer.delivery(String(body.order_id));
    const truth = await readFile(path.join(samplesFolder, truthPath(sample)), "utf8");
    expect(characterErrorRate(truth, text)).toBeLessThan(0.03);
  });

  it("read an uploaded scan, and keep it no longer than needed", async () => {
    const [sample] = samples;
    const scan = await readFile(path.join(samplesFolder, imagePath(sample)));
    const body = new FormData();
    body.set("document", new Blob([new Uint8Array(scan)]), "my lease.png");
    const placed = await customer.ask("POST", "/orders", { body, token: await customer.token() });
    expect(placed).toMatchObject({
      status: 202,
      body: { title_number: null, document_type: null, file_name: "my lease.png" },
    });
    const orderId = String(placed.body.order_id);
    const { view, text } = await customer.delivery(orderId);
    expect(view).toMatchObject({ status: "completed", file_name: "my lease.png" });
    const truth = await readFile(path.join(samplesFolder, truthPath(sample)), "utf8");
    expect(characterErrorRate(truth, text)).toBeLessThan(0.03);
    const json = JSON.parse(Buffer.from(await customer.result(orderId, "json")).toString());
    expect(json).toMatchObject({ title_number: null, document_type: null });
    const { name } = await clone.container("order-api");
    const stored = async () => (await execa("docker", ["exec", name, "ls", "/uploads"])).stdout;
    await expect.poll(stored, { timeout: 20_000 }).not.toContain(orderId);
  });

  it("can be found only by their owner", async () => {
    const { body } = await customer.order("OW12345678", "lease");
    await customer.delivery(String(body.order_id));
    const search = async (username: string) => {
      const q = encodeURIComponent('"14 pennyfold lane"');
      return (await customer.get(`/search?q=${q}&limit=1`, await customer.token(username))).body;
    };
    const link = `/orders/${body.order_id}`;
    expect(await search("alice")).toMatchObject({
      results: [
        {
          order_id: body.order_id,
          page: 1,
          snippet: expect.stringContaining("<mark>14 PENNYFOLD LANE</mark>"),
          links: { order: link, result: `${link}/result`, page_image: `${link}/result/pages/1.png` },
        },
      ],
    });
    expect(await search("bob")).toEqual({ results: [], next: null });
  });

  it("reads a scan that was just added to the folder, and fails an order of a broken scan", async () => {
    const title = path.join(clone.folder, "documents", "ZZ42T");
    const lease = path.join(samplesFolder, "OW12345678", "lease.png");
    await mkdir(title);
    const image = await readFile(lease);
    await writeFile(path.join(title, "deed.png"), image);
    await writeFile(path.join(title, "charge.png"), image.subarray(0, 20_000));
    await writeFile(path.join(title, "lease.png"), "<html>not a scan</html>");
    const before = await idsByName();
    const reasons: Record<string, unknown> = {};
    for (const type of ["charge", "lease", "register", "deed"]) {
      const { body } = await customer.order("ZZ42T", type);
      const { view, text } = await customer.delivery(String(body.order_id));
      reasons[type] = view.status === "failed" ? view.reason : text.slice(0, 26);
    }
    expect(reasons).toEqual({
      charge: { code: "document_damaged", message: expect.stringMatching(/\w/) },
      lease: { code: "unsupported_format", message: expect.stringMatching(/\w/) },
      register: { code: "document_not_found", message: expect.stringMatching(/\w/) },
      deed: "LEASE OF 14 PENNYFOLD LANE",
    });
    expect(await idsByName()).toEqual(before);
    expect(await clone.stack.containers.unwell(outputs.containers)).toEqual([]);
  });

  it("streams the events of an order until its end", async () => {
    const { body } = await customer.order("OW12345678", "lease");
    const events = await customer.events(String(body.order_id));
    const { view } = await customer.delivery(String(body.order_id));
    const steps = ["queued", "fetching", "recognizing", "completed"];
    expect(events.flatMap(({ status }) => status ?? [])).toEqual(steps);
    expect(view.history).toMatchObject(steps.map((status) => ({ status })));
  });

  it("cancels a waiting order and a running one, and runs no cancelled order", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      ids.push(String((await customer.order("OW12345678", "lease")).body.order_id));
    }
    for (const id of ids) {
      const { status, body } = await customer.cancel(id);
      expect([status, body.status]).toEqual([200, "cancelled"]);
    }
    const { body } = await customer.order("AB123456", "title_plan");
    expect((await customer.delivery(String(body.order_id))).view.status).toBe("completed");
    for (const id of ids) expect((await customer.delivery(id)).view.status).toBe("cancelled");
  });

  it("passes one request id from the router to the worker's log", async () => {
    const { headers, body } = await customer.order("OW12345678", "register");
    const requestId = headers.get("x-request-id");
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    await customer.delivery(String(body.order_id));
    for (const part of ["order-api", "ocr-worker"]) {
      const logs = await Promise.all(
        (await clone.containers(part)).map(({ name }) => execa("docker", ["logs", name])),
      );
      const lines = logs
        .flatMap(({ stdout }) => stdout.split("\n"))
        .filter((line) => line.includes(String(requestId)));
      expect(lines.length, part).toBeGreaterThan(0);
      expect(lines.map((line) => JSON.parse(line).request_id)).toEqual(lines.map(() => requestId));
    }
  });
});

describe("results", () => {
  /** Words of the samples. */
  async function sampleWords(): Promise<string[]> {
    const texts = samples.map((sample) => readFile(path.join(samplesFolder, truthPath(sample))));
    const words = (await Promise.all(texts)).flatMap(
      (text) => text.toString().match(/\b[a-z]{3,12}\b/g) ?? [],
    );
    return [...new Set(words)];
  }

  it("have the same words in every format for random documents", async ({ skip }) => {
    const readers = await ResultReaders.install();
    onTestFinished(() => readers.remove());
    if (readers.missing !== undefined) skip(readers.missing);
    const line = fc.array(fc.constantFrom(...(await sampleWords())), { minLength: 2, maxLength: 6 });
    const page = fc.array(line, { minLength: 2, maxLength: 8 });
    let pages = 0;
    const inEveryFormat = fc.asyncProperty(page, async (lines) => {
      const title = `ZZ${++pages}`;
      const folder = path.join(clone.folder, "documents", title);
      await mkdir(folder);
      const scan = drawLines(
        lines.map((words) => words.join(" ")),
        2000,
      );
      await scan.png().toFile(path.join(folder, "lease.png"));
      const orderId = String((await customer.order(title, "lease")).body.order_id);
      const { text } = await customer.delivery(orderId);
      for (const suffix of resultSuffixes) {
        await writeFile(path.join(folder, `result.${suffix}`), await customer.result(orderId, suffix));
      }
      const named = text.split(/\s+/).filter(Boolean);
      const drawn = lines.flat();
      expect(drawn.filter((word) => named.includes(word)).length).toBeGreaterThan(0.9 * drawn.length);
      const { alto, hocr, tsv } = await readers.read(folder);
      for (const format of [alto, hocr, tsv]) expect(format[1]?.map(([word]) => word)).toEqual(named);
      const json = resultSchema.parse(JSON.parse(await readFile(path.join(folder, "result.json"), "utf8")));
      const [read] = json.pages.flatMap((page) => ("blocks" in page ? [wordsOf(page)] : []));
      expect(read?.map((word) => word.text)).toEqual(named);
      const [copied] = await pdfLines(path.join(folder, "result.pdf"));
      expect(copied?.join(" ").split(" ")).toEqual(named);
    });
    await fc.assert(inEveryFormat, { numRuns: 4, seed: 5, endOnFailure: true });
  });
});

describe("the router", () => {
  it.each(["", "/authentication"])("passes %s/token to the Auth API", async (prefix) => {
    const { status, body, headers } = await customer.post(`${prefix}/token`, {
      username: "bob",
      password: "password",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: TOKEN_SECONDS, token: body.access_token });
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each(["", "/order"])(
    "passes %s/orders to the Order API, as form, multipart and JSON",
    async (prefix) => {
      const order = { title_number: "AB123456", document_type: "title_plan" };
      const form = await customer.post(`${prefix}/orders`, { ...order, token: await customer.token() });
      const multipart = new FormData();
      for (const [key, value] of Object.entries({ ...order, token: await customer.token() })) {
        multipart.set(key, value);
      }
      const parts = await customer.ask("POST", `${prefix}/orders`, { body: multipart });
      const text = JSON.stringify({ ...order, token: await customer.token() });
      const json = await customer.ask("POST", `${prefix}/orders`, {
        body: text,
        headers: { "content-type": "application/json" },
      });
      for (const { status, body, headers } of [form, parts, json]) {
        expect(status).toBe(202);
        expect(body).toEqual({ ...order, order_id: expect.any(String), user_id: 1, status: "queued" });
        expect(headers.get("location")).toBe(`/orders/${body.order_id}`);
      }
      for (const { body } of [form, parts, json]) {
        await customer.delivery(String(body.order_id));
      }
    },
  );

  it.each(["", "/order"])("passes %s/search to the Order API", async (prefix) => {
    expect((await customer.get(`${prefix}/search?q=lease`)).status).toBe(401);
    const { status, body } = await customer.get(`${prefix}/search?q=nowhere`, await customer.token());
    expect([status, body]).toEqual([200, { results: [], next: null }]);
  });

  it("serves the Order API's OpenAPI document and page, with and without the prefix", async () => {
    for (const prefix of ["", "/order"]) {
      const { status, body } = await customer.get(`${prefix}/openapi.json`);
      expect([status, body.openapi]).toEqual([200, "3.1.0"]);
      for (const part of [
        "docs",
        "docs/",
        "docs/page.js",
        "docs/swagger-ui-bundle.js",
        "docs/swagger-ui.css",
      ]) {
        expect((await customer.get(`${prefix}/${part}`)).status, `${prefix}/${part}`).toBe(200);
      }
    }
  });

  it("serves the health of each service, and a problem document for any other path", async () => {
    for (const where of ["/health", "/authentication/health", "/order/health"]) {
      expect((await customer.get(where)).body).toEqual({ healthy: true });
    }
    expect((await customer.get("/order/readyz")).status).toBe(200);
    const other = await customer.get("/nothing");
    expect(other.status).toBe(404);
    expect(other.headers.get("content-type")).toBe("application/problem+json");
    expect(other.body).toMatchObject({ status: 404, detail: expect.stringContaining("/orders") });
  });
});

describe("tokens and roles", () => {
  it("do not let charlie order, and show nobody another user's order", async () => {
    expect((await customer.order("OW12345678", "lease", "charlie")).status).toBe(403);
    const { body } = await customer.order("OW45678901", "charge", "alice");
    const where = `/orders/${body.order_id}`;
    expect((await customer.get(where, await customer.token("bob"))).status).toBe(404);
    expect((await customer.get(`${where}/result.txt`, await customer.token("bob"))).status).toBe(404);
    expect((await customer.get(where, await customer.token("alice"))).status).toBe(200);
    await customer.delivery(String(body.order_id));
  });

  it("reject an expired token", async () => {
    const token = await customer.token();
    const form = { title_number: "OW12345678", document_type: "no such type", token };
    expect((await customer.post("/orders", form)).status).toBe(422);
    await setTimeout((TOKEN_SECONDS + 1) * 1000);
    const late = await customer.post("/orders", form);
    expect(late.status).toBe(401);
    expect(late.headers.get("www-authenticate")).toMatch(/^Bearer .*error="invalid_token"/);
  });
});

/** `npm run users` of the clone. @returns its output */
async function users({ folder }: StackUnderTest, args: readonly string[], input = ""): Promise<string> {
  const program = path.join(folder, "commands/users.ts");
  const command = [program, ...args, "--stack", STACK];
  const { all } = await execa(process.execPath, command, { cwd: folder, input, all: true, reject: false });
  return all;
}

describe("npm run users", () => {
  const login = async (password: string) =>
    (await customer.post("/token", { username: "dora", password })).status;

  it("adds, lists, changes, disables and removes people, whose ids are not used again", async () => {
    expect(await users(clone, ["add", "dora"], "password1234")).toMatch(/The password is easy to guess/);
    expect(await users(clone, ["add", "dora", "--operator"], PASSWORD)).toMatch(/^dora was added\.$/m);
    expect(await users(clone, ["add", "DORA"], PASSWORD)).toMatch(/There is already a user dora\./);
    expect(await users(clone, ["list"])).toMatch(/^1 +alice .*demo user.*^1000 +dora +no +yes +enabled/ms);
    expect(await login(PASSWORD)).toBe(200);
    expect(await users(clone, ["password", "dora"], `${PASSWORD} again\n`)).toMatch(/the new password/);
    expect([await login(PASSWORD), await login(`${PASSWORD} again`)]).toEqual([401, 200]);
    expect(await users(clone, ["disable", "dora"])).toMatch(/can no longer sign in/);
    expect(await login(`${PASSWORD} again`)).toBe(401);
    expect(await users(clone, ["allow", "dora", "--order", "--no-operator"])).toMatch(/1000 +dora +yes +no/);
    expect(await login(`${PASSWORD} again`)).toBe(200);
    expect(await users(clone, ["remove", "dora"])).toMatch(/^dora was removed/m);
    expect(await users(clone, ["add", "dora"], PASSWORD)).toMatch(/1001 +dora/);
  });
});

describe("sessions of browsers", () => {
  const session = async (method: string, where: string, headers: Record<string, string>, form = {}) => {
    const body = method === "POST" && where === "/session" ? { body: new URLSearchParams(form) } : {};
    const answer = await customer.ask(method, where, { ...body, headers });
    return { ...answer, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  };
  const refresh = (cookie: string, headers = {}) =>
    session("POST", "/session/refresh", { cookie, origin: outputs.url, ...headers });

  it("last across tabs, and end when a token is replayed, the user signs out or is disabled", async () => {
    await users(clone, ["add", "emil", "--order"], PASSWORD);
    const form = { username: "emil", password: PASSWORD };
    // Without a trusted proxy, what a client says of the way to the router counts for nothing.
    const headers = { origin: outputs.url, "x-forwarded-proto": "https" };
    const signIn = () => session("POST", "/session", headers, form);
    const first = await signIn();
    expect(first.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict$/);
    const tabs = await Promise.all([1, 2, 3].map(() => refresh(first.cookie)));
    expect(tabs.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [cookie = ""] = new Set(tabs.map((tab) => tab.cookie));
    const token = String(tabs[0]?.body.access_token);
    expect((await customer.get("/orders", token)).status).toBe(200);
    expect((await refresh(cookie, { origin: "http://elsewhere.example" })).status).toBe(403);
    expect((await refresh(cookie)).status).toBe(200);
    // The first token is now two generations old.
    expect((await refresh(first.cookie)).status).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);

    const second = await signIn();
    expect((await session("DELETE", "/session", { cookie: second.cookie })).status).toBe(204);
    expect((await refresh(second.cookie)).status).toBe(401);
    const third = await signIn();
    await users(clone, ["disable", "emil"]);
    expect((await refresh(third.cookie)).status).toBe(401);
  });
});

describe("without Redis, the Order API", () => {
  it("answers 503 within two seconds while Redis hangs, and creates none of those orders", async () => {
    const redis = await clone.container("redis");
    const { begin, end } = pause(redis);
    await begin();
    const answers = [];
    try {
      for (let count = 0; count < 2; count += 1) {
        const token = await customer.token();
        const startedAt = performance.now();
        const { status, headers } = await customer.post("/orders", {
          title_number: "AAA999",
          document_type: "lease",
          token,
        });
        answers.push({
          status,
          retryAfter: headers.get("retry-after"),
          isSoon: performance.now() - startedAt < 2_000,
        });
      }
    } finally {
      await end();
    }
    expect(answers).toEqual(answers.map(() => ({ status: 503, retryAfter: "1", isSoon: true })));
    await expect
      .poll(async () => (await customer.get("/order/readyz")).status, { timeout: 20_000 })
      .toBe(200);
    const { body } = await customer.order("OW12345678", "lease");
    await customer.delivery(String(body.order_id));
    expect(await customer.orderIds("title_number=OW12345678")).toContain(body.order_id);
    expect(await customer.orderIds("title_number=AAA999")).toEqual([]);
  });
});

describe("updates", () => {
  it("change nothing the second time", async () => {
    const before = await idsByName();
    const { proof } = await clone.up();
    expect(partsReplaced(before, await idsByName())).toEqual([]);
    expect(await idsByName()).toEqual(before);
    // No order was placed.
    expect(proof).toEqual(outputs.proof);
  });

  it("replace one service's containers for a change in its source", async () => {
    const before = await idsByName();
    const { proof } = outputs;
    await clone.edit("services/auth-api/src/main.ts", (text) => `${text}\n// changed\n`);
    outputs = await clone.up();
    expect(partsReplaced(before, await idsByName())).toEqual(["auth-api"]);
    expect(outputs.proof?.orderId).not.toBe(proof?.orderId);
    expect((await customer.post("/token", { username: "alice", password: "password" })).status).toBe(200);
  });

  it("replace only the router for a change in the Caddyfile", async () => {
    const before = await idsByName();
    await clone.edit("pulumi/Caddyfile", (text) => text.replace("idle 2m", "idle 1m"));
    // A new container, and a text that is not the page's.
    const restore = await clone.edit("pulumi/proof/page.txt", () => "CONVEYANCE of Tallow House\n");
    const { orderId } = outputs.proof ?? {};
    try {
      await expect(clone.up()).rejects.toThrow(TEXT_IS_WRONG);
      expect((await clone.stack.outputs()).proof?.orderId).toBe(orderId);
    } finally {
      await restore();
    }
    // Nothing changed since, but the containers are not proved.
    outputs = await clone.up();
    expect(outputs.proof?.orderId).not.toBe(orderId);
    expect(partsReplaced(before, await idsByName())).toEqual(["router"]);
    const program = new Customer(outputs.url, { user: await clone.programUser() });
    expect(await program.orderIds()).toEqual([]);
  });

  it("scale from two workers to three to one while orders run, and lose none", async () => {
    const accepted: string[] = [];
    const order = async (count: number) => {
      for (let done = 0; done < count; done += 1) {
        const { status, body } = await customer.order("OW12345678", "lease");
        expect(status).toBe(202);
        accepted.push(String(body.order_id));
      }
    };
    await order(3);
    await clone.stack.set("ocrWorkers", "3");
    [outputs] = await Promise.all([clone.up(), order(3)]);
    expect(await clone.containers("ocr-worker")).toHaveLength(3);
    await clone.stack.set("ocrWorkers", "1");
    [outputs] = await Promise.all([clone.up(), order(2)]);
    expect(await clone.containers("ocr-worker")).toHaveLength(1);
    const ends = [];
    for (const orderId of accepted) {
      ends.push((await customer.delivery(orderId)).view.status);
    }
    expect(ends).toEqual(accepted.map(() => "completed"));
  });

  it("keep accepting orders while the Order API is replaced", async () => {
    await clone.edit("services/order-api/src/main.ts", (text) => `${text}\n// changed\n`);
    const before = await idsByName();
    const statuses: number[] = [];
    let replaced = false;
    const orderUntilReplaced = async () => {
      while (!replaced) {
        // A new token for each, because the router holds requests while no Order API listens.
        const form = { title_number: "OW99999999", document_type: "lease", token: await customer.token() };
        statuses.push((await customer.post("/orders", form)).status);
        // A user may place 600 orders a minute.
        await setTimeout(200);
      }
    };
    const replace = async () => {
      outputs = await clone.up();
      replaced = true;
    };
    await Promise.all([replace(), orderUntilReplaced()]);
    expect(partsReplaced(before, await idsByName())).toEqual(["order-api"]);
    expect(new Set(statuses)).toEqual(new Set([202]));
  });

  it("restore containers that were killed or removed by hand", async () => {
    await execa("docker", ["kill", (await clone.container("ocr-worker")).name]);
    await execa("docker", ["rm", "--force", (await clone.container("order-api")).name]);
    expect(await clone.stack.containers.unwell(outputs.containers)).toHaveLength(2);
    outputs = await clone.up({ refresh: true });
    // The real CLI starts a stopped container without waiting until it is healthy.
    expect(await clone.stack.containers.unwell(outputs.containers, 60)).toEqual([]);
    const { body } = await customer.order("OW12345678", "lease");
    expect((await customer.delivery(String(body.order_id))).view.status).toBe("completed");
  });
});

describe("a second clone", () => {
  it("runs beside the first, keeps its volumes when it is moved, and is removed alone", async () => {
    const before = await idsByName();
    let second = await StackUnderTest.make({ ocrWorkers: "1", demoUsers: "false" });
    try {
      const { url } = await second.up();
      const own = new Customer(url, { user: await second.programUser() });
      const orderId = await own.place("OW12345678", "lease");
      expect((await own.delivery(orderId)).view.status).toBe("completed");
      const login = async (username: string, password: string) =>
        (await own.post("/token", { username, password })).status;
      expect(await login("alice", "password")).toBe(401);
      expect(await users(second, ["add", "Alice", "--order"], PASSWORD)).toMatch(/^Alice was added/m);
      expect(await login("alice", PASSWORD)).toBe(200);
      expect(await second.containers()).toHaveLength(6);
      const volumes = await second.stack.containers.volumes();
      second = await second.moveTo(`${second.folder}-moved`);
      await second.up();
      expect(await second.containers()).toHaveLength(6);
      expect(await second.stack.containers.volumes()).toEqual(volumes);
      expect(await login("alice", PASSWORD)).toBe(200);
    } finally {
      await second.remove();
    }
    expect(await second.stack.containers.remains()).toEqual([]);
    expect(await idsByName()).toEqual(before);
    expect(await clone.stack.containers.unwell(outputs.containers)).toEqual([]);
  });
});

describe("failures", () => {
  it("name a setting that is out of range, its range and its value", async () => {
    await clone.stack.set("ocrWorkers", "65");
    await expect(clone.up()).rejects.toThrow(/ocrWorkers must be a whole number from 1 to 64, but is 65/);
    await clone.stack.set("ocrWorkers", "many");
    await expect(clone.up()).rejects.toThrow(/ocrWorkers' value 'many' is not a valid number/);
    await clone.stack.set("ocrWorkers", "1");
    await clone.stack.set("resultDays", "many");
    await expect(clone.up()).rejects.toThrow(/'resultDays' must be of type 'integer'/);
    await clone.stack.set("resultDays", "7");
  });

  it("name a container that does not become healthy, in each run until it is fixed", async () => {
    const restore = await clone.edit(
      "services/order-api/src/main.ts",
      () => "throw new Error('broken on purpose');\n",
    );
    try {
      for (const _ of ["first", "again"]) {
        await expect(clone.up()).rejects.toMatchObject({
          message: expect.stringMatching(
            /order-api exits again and again: \d times in \d+\.\d s.*broken on purpose.*\n *Next: npm run/s,
          ),
        });
      }
    } finally {
      await restore();
    }
    outputs = await clone.up();
    expect(await clone.stack.containers.unwell(outputs.containers)).toEqual([]);
  });

  it("name a language without data", async () => {
    await clone.stack.set("ocrLanguages", "eng+xyz");
    try {
      await expect(clone.up()).rejects.toThrow(
        /ocrLanguages names xyz, but Debian has no package tesseract-ocr-xyz/,
      );
    } finally {
      await clone.stack.set("ocrLanguages", "eng");
    }
  });

  it("name the build that failed", async () => {
    const restore = await clone.edit("services/Dockerfile", (text) => text.replace("npm ci", "npm see"));
    try {
      await expect(clone.up()).rejects.toMatchObject({
        message: expect.stringMatching(/(auth-api|order-api|ocr-worker)-image/),
        advice: expect.stringMatching(/build/i),
      });
    } finally {
      await restore();
    }
    outputs = await clone.up();
  });
});

describe("destroy", () => {
  it("leaves no container, network or volume", async () => {
    expect((await clone.stack.containers.remains()).length).toBeGreaterThan(0);
    await clone.stack.destroy({ quiet: true });
    expect(await clone.stack.containers.remains()).toEqual([]);
  });
});
