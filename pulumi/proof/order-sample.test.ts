import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { orderSample, type SampleOptions } from "./order-sample.ts";

type Answers = Readonly<Record<string, readonly (readonly [status: number, body: object | string])[]>>;

const text = readFileSync(path.join(import.meta.dirname, "page.txt"), "utf8");
const ended = { status: "completed", finished_at: "2026-01-02T03:04:05Z" };
const failed = { ...ended, status: "failed", reason: { message: "The page has no text." } };
const usual: Answers = {
  "POST /token": [[200, { access_token: "a-token", expires_in: 30 }]],
  "POST /orders": [[202, { order_id: "7" }]],
  "GET /orders/7/events": [[200, "data: {}\n\n"]],
  "GET /orders/7": [[200, ended]],
  "GET /orders/7/result.txt": [[200, text]],
  "POST /orders/7/remove": [[204, ""]],
  "GET /orders?limit=100&q=proof-of-an-update.png": [[200, { orders: [], next: null }]],
};

let server: Server | undefined;
afterEach(() => server?.close());
let asked: string[] = [];

/** A stack that gives these answers one after the other, and the last one from then on. */
async function sampleOf(answers: Answers, more: Partial<SampleOptions> = {}) {
  asked = [];
  const all = { ...usual, ...answers };
  const own = createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    const given = asked.filter((each) => each === route).length;
    asked.push(route);
    await buffer(request);
    const [status, body] = all[route]?.[given] ?? all[route]?.at(-1) ?? [404, ""];
    const type = typeof body === "string" ? "text/plain" : "application/json";
    response.writeHead(status, { "Content-Type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server = own;
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  const address = own.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const user = { username: "orbital-witness", password: "a secret" };
  const options = { url, user, languages: "eng", stack: "local", waitSeconds: 0.1, patienceSeconds: 0.1 };
  return orderSample({ ...options, ...more });
}

test("the page is ordered, read and removed", async () => {
  const { orderId, seconds, text: read } = await sampleOf({});
  expect([orderId, read]).toEqual(["7", text]);
  expect(seconds).toBeLessThan(60);
  expect(asked).toEqual(Object.keys(usual));
});

test("a stack that is busy for a moment is asked again", async () => {
  const busy = [503, { detail: "Busy." }] as const;
  const answers = {
    "POST /token": [[502, "away"] as const, ...(usual["POST /token"] ?? [])],
    "POST /orders": [busy, [429, ""] as const, ...(usual["POST /orders"] ?? [])],
    "GET /orders/7/events": [busy, busy],
    "GET /orders/7": [[200, { ...ended, finished_at: null }] as const, busy, [200, ended] as const],
    "POST /orders/7/remove": [busy, [204, ""] as const],
  };
  const sample = sampleOf(answers, { waitSeconds: 20, patienceSeconds: 20 });
  expect(await sample).toMatchObject({ orderId: "7", text });
});

test("orders that earlier proofs left behind are removed too", async () => {
  const left = { orders: [{ order_id: "5" }, { order_id: "6" }], next: null };
  const query = "GET /orders?limit=100&q=proof-of-an-update.png";
  const answers = { [query]: [[200, left] as const], "POST /orders/6/remove": [[204, ""] as const] };
  await sampleOf(answers);
  expect(asked.slice(-2)).toEqual(["POST /orders/5/remove", "POST /orders/6/remove"]);
});

const token = "The proof got no token.";
const ofOrder = "  Order: 7\n  Reason: REASON\n  Next: npm run logs -- --order 7";
test.each<[string, Answers, string, string]>([
  [
    "a refused login",
    { "POST /token": [[401, { detail: "Wrong password." }]] },
    `${token}\n  Reason: REASON\n  Next: npm run logs -- auth-api`,
    "/token answered 401: Wrong password.",
  ],
  [
    "a refused order",
    { "POST /orders": [[503, { detail: "The disk is full." }]] },
    "The order of the proof was not accepted.\n  Reason: REASON\n  Next: npm run logs -- order-api",
    "/orders answered 503: The disk is full.",
  ],
  [
    "an order that nobody reads",
    { "GET /orders/7": [[200, { status: "queued", finished_at: null }]] },
    `The order of the proof did not end.\n${ofOrder}`,
    "It is queued after 0.1 s.",
  ],
  [
    "an order that fails",
    { "GET /orders/7": [[200, failed]] },
    `The order of the proof failed.\n${ofOrder}`,
    "The page has no text.",
  ],
  [
    "a text that is not there",
    { "GET /orders/7/result.txt": [[500, "oh"]] },
    `The text of the proof cannot be fetched.\n${ofOrder}`,
    "/orders/7/result.txt answered 500: oh",
  ],
  [
    "another text",
    { "GET /orders/7/result.txt": [[200, "DEED of easement"]] },
    `The text of the proof is wrong.\n${ofOrder}`,
    '42 of 43 words are wrong: instead of "LEASE OF 14 PENNYFOLD LANE Dated" it has "DEED of easement".',
  ],
])("%s is a failure, after which the order is removed", async (_, answers, message, reason) => {
  const failure = { name: "ProofFailure", message: message.replace("REASON", reason) };
  await expect(sampleOf(answers)).rejects.toMatchObject(failure);
  if (message.includes("Order: 7")) expect(asked).toContain("POST /orders/7/remove");
});

test("a stack that does not answer is named by its address, and another stack than local too", async () => {
  const user = { username: "orbital-witness", password: "a secret" };
  const options = { url: "http://127.0.0.1:2", user, languages: "eng", patienceSeconds: 0 };
  const reason = "http://127.0.0.1:2 does not answer: connect ECONNREFUSED 127.0.0.1:2";
  await expect(orderSample({ ...options, stack: "local" })).rejects.toThrow(
    `${token}\n  Reason: ${reason}\n  Next: npm run doctor`,
  );
  await expect(sampleOf({ "POST /token": [[401, ""]] }, { stack: "test" })).rejects.toThrow(
    /Next: npm run logs -- auth-api --stack test$/,
  );
});

test("an order that cannot be removed is told, and is no failure", async () => {
  const told: string[] = [];
  const answers: Answers = { "POST /orders/7/remove": [[503, { detail: "A worker has it." }]] };
  await sampleOf(answers, { onLeft: (message) => told.push(message) });
  expect(told).toEqual(["The order 7 could not be removed: /orders/7/remove answered 503: A worker has it."]);
});
