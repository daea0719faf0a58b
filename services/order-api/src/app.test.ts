import { issueToken, tokenKey } from "@orbital-witness/common/access-token.ts";
import { createLog } from "@orbital-witness/common/log.ts";
import { documentTypes } from "@orbital-witness/common/orders/order.ts";
import { openOrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { openRedis } from "@orbital-witness/common/redis-connection.ts";
import { afterAll, expect, test } from "vitest";
import { OrderAcceptance } from "./accept-order.ts";
import { createOrderApp } from "./app.ts";

// Nothing listens on port 1: what these tests see is answered without Redis, or because it is away.
const log = createLog("test", "silent");
const redis = openRedis("redis://127.0.0.1:1", log, "reject");
const queue = openOrderQueue(redis);
const store = new OrderStore(redis);
const acceptance = new OrderAcceptance(store, queue, log);
const key = tokenKey("0123456789abcdef0123456789abcdef");
const app = createOrderApp({ log, key, store, acceptance, checks: { redis: () => redis.ping() } });
afterAll(() => redis.destroy());

const alice = await issueToken(key, { user_id: 1, username: "alice", can_order: true }, 30);
const charlie = await issueToken(key, { user_id: 3, username: "charlie", can_order: false }, 30);
const expired = await issueToken(key, { user_id: 1, username: "alice", can_order: true }, -1);
const lease = { title_number: "OW12345678", document_type: "lease" };

async function order(fields: Record<string, unknown>, authorization?: string) {
  const headers = {
    "Content-Type": "application/json",
    ...(authorization && { Authorization: authorization }),
  };
  const response = await app.request("/orders", { method: "POST", body: JSON.stringify(fields), headers });
  return { response, body: await response.json() };
}

test("without a token: 401 and a plain challenge", async () => {
  const empty = await app.request("/orders", { method: "POST" });
  const { response } = await order(lease);
  for (const { status, headers } of [empty, response, await app.request("/orders/x")]) {
    expect(status).toBe(401);
    expect(headers.get("WWW-Authenticate")).toBe("Bearer");
  }
});

test("with a bad token: 401 and what is wrong with it", async () => {
  const inHeader = await order(lease, `Bearer ${expired}`);
  const inForm = await order({ ...lease, token: expired });
  for (const { response, body } of [inHeader, inForm]) {
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="invalid_token", error_description="The token has expired."',
    );
    expect(body).toMatchObject({ code: "token_expired" });
  }
  expect((await order(lease, "Bearer x.y.z")).body).toMatchObject({ code: "token_invalid" });
});

test.each([
  ["given twice", `token=${alice}&token=${alice}`, "application/x-www-form-urlencoded"],
  ["a list", JSON.stringify({ ...lease, token: [alice] }), "application/json"],
  ["no string", JSON.stringify({ ...lease, token: null }), "application/json"],
])("a field token that is %s is 401, with a good one in the header too", async (_, body, type) => {
  for (const header of [{}, { Authorization: `Bearer ${alice}` }]) {
    const headers = { "Content-Type": type, ...header };
    const response = await app.request("/orders", { method: "POST", body, headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="invalid_token", error_description="The field token must be one token."',
    );
    expect(await response.json()).toMatchObject({ code: "token_invalid" });
  }
});

test("who may not order gets 403, before any field is looked at", async () => {
  for (const { response, body } of [await order({}, `Bearer ${charlie}`), await order({ token: charlie })]) {
    expect(response.status).toBe(403);
    expect(body).toMatchObject({ code: "cannot_order" });
  }
});

test("two different tokens are no token", async () => {
  expect((await order({ ...lease, token: charlie }, `Bearer ${alice}`)).response.status).toBe(400);
});

test("wrong fields are 422 and say what is allowed", async () => {
  const { response, body } = await order(
    { title_number: "../../x", document_type: "will" },
    `Bearer ${alice}`,
  );
  expect(response.status).toBe(422);
  expect(body).toMatchObject({
    code: "invalid_fields",
    errors: [
      { field: "title_number", message: expect.stringContaining("OW and eight digits") },
      { field: "document_type", message: `must be one of ${documentTypes.join(", ")}` },
    ],
  });
});

test.each([
  ["{", "application/json", 400],
  ["a", "text/plain", 415],
  ["x".repeat(65_537), "application/x-www-form-urlencoded", 413],
])("a body that cannot be read is %#: %i", async (body, type, status) => {
  const headers = { "Content-Type": type, Authorization: `Bearer ${alice}` };
  expect((await app.request("/orders", { method: "POST", body, headers })).status).toBe(status);
});

test("an order's id that is none is 404 without asking Redis", async () => {
  const headers = { Authorization: `Bearer ${alice}` };
  for (const path of ["/orders/1", "/orders/..%2Fx", "/orders/1/text"]) {
    expect((await app.request(path, { headers })).status).toBe(404);
  }
});

test("with Redis away nothing is ordered, and reading and readiness say so", async () => {
  const { response, body } = await order(lease, `Bearer ${alice}`);
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("1");
  expect(body).toMatchObject({ code: "queue_unavailable" });
  const headers = { Authorization: `Bearer ${alice}` };
  expect((await app.request(`/orders/${crypto.randomUUID()}`, { headers })).status).toBe(503);
  expect((await app.request("/readyz")).status).toBe(503);
  expect((await app.request("/livez")).status).toBe(200);
});
