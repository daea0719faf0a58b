import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { orderAsCustomer } from "./order-as-customer.ts";

type Answers = Readonly<Record<string, readonly [status: number, body: object | string]>>;

let server: Server | undefined;
afterEach(() => server?.close());

const seen: string[] = [];
let views = 0;

/** A stack that gives these answers, and for each login a new token that expires at once. */
async function stackThat(answers: Answers): Promise<string> {
  seen.length = 0;
  views = 0;
  let tokens = 0;
  const all: Answers = { "POST /orders": [202, { order_id: "7" }], ...answers };
  const own = createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    seen.push(`${route} ${request.headers.authorization ?? (await text(request))}`);
    views += route === "GET /orders/7" ? 1 : 0;
    tokens += route === "POST /token" ? 1 : 0;
    const token = [200, { access_token: `token-${tokens}`, expires_in: 0 }] as const;
    const [status, body] =
      all[`${route} ${views}`] ?? all[route] ?? (route === "POST /token" ? token : [404, ""]);
    const type = typeof body === "string" ? "text/plain" : "application/json";
    response.writeHead(status, { "Content-Type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server = own;
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  const address = own.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const finished_at = "2026-01-02T03:04:05Z";
const USER = { username: "dora", password: "a secret" };
const LEASE = { titleNumber: "OW12345678", documentType: "lease" };

test("an order is polled with a new token each time the last one has expired", async () => {
  const url = await stackThat({
    "GET /orders/7 1": [200, { status: "queued", finished_at: null }],
    "GET /orders/7 2": [200, { status: "completed", reason: null, finished_at }],
    "GET /orders/7/result.txt": [200, "THIS LEASE"],
  });
  const { orderId, text, milliseconds } = await orderAsCustomer(url, USER, LEASE);
  expect([orderId, text]).toEqual(["7", "THIS LEASE"]);
  expect(milliseconds).toBeGreaterThanOrEqual(200);
  const login = "POST /token username=dora&password=a+secret";
  expect(seen).toEqual([
    login,
    "POST /orders title_number=OW12345678&document_type=lease&token=token-1",
    login,
    "GET /orders/7 Bearer token-2",
    login,
    "GET /orders/7 Bearer token-3",
    login,
    "GET /orders/7/result.txt Bearer token-4",
  ]);
});

test.each<[string, Answers, string]>([
  [
    "a cancelled order",
    { "GET /orders/7": [200, { status: "cancelled", finished_at }] },
    "The order 7 was cancelled.",
  ],
  [
    "a failed order",
    { "GET /orders/7": [200, { status: "failed", reason: { message: "No such document." }, finished_at }] },
    "The order 7 failed: No such document.",
  ],
  [
    "an order that takes too long",
    { "GET /orders/7": [200, { status: "queued", finished_at: null }] },
    "The order 7 is still queued after 0.1 s.",
  ],
  [
    "a refusal",
    { "POST /orders": [403, { title: "Forbidden" }] },
    '/orders answered 403: {"title":"Forbidden"}',
  ],
  ["a service that is down", { "POST /token": [503, "away"] }, "/token answered 503: away"],
])("%s is a failure whose message says what happened", async (_, answers, message) => {
  const ordered = orderAsCustomer(await stackThat(answers), USER, LEASE, 0.1);
  await expect(ordered).rejects.toThrow(Failure);
  await expect(ordered).rejects.toThrow(message);
});

test("a stack that does not answer is a failure that names its address", async () => {
  const ordered = orderAsCustomer("http://127.0.0.1:1", USER, LEASE);
  await expect(ordered).rejects.toThrow(Failure);
  await expect(ordered).rejects.toThrow("http://127.0.0.1:1 does not answer: ");
});
