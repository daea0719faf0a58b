import { issueToken, tokenKey } from "@orbital-witness/common/access-token.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { orderServices, silentLog } from "../../../tests/redis/redis-database.ts";
import { OrderAcceptance } from "./accept-order.ts";
import { createOrderApp } from "./app.ts";

const { redis, queue, store } = orderServices();
const key = tokenKey("0123456789abcdef0123456789abcdef");
const acceptance = new OrderAcceptance(store, queue, silentLog);
const app = createOrderApp({ log: silentLog, key, store, acceptance, checks: { redis: () => redis.ping() } });

const [alice, bob] = await Promise.all(
  ["alice", "bob"].map((username, index) =>
    issueToken(key, { user_id: index + 1, username, can_order: true }, 60),
  ),
);
const started = { code: "worker_lost", message: "" };
const time = "2026-01-01T00:00:00.000Z";

function get(path: string, token = alice): Response | Promise<Response> {
  return app.request(path, { headers: { Authorization: `Bearer ${token}` } });
}

/** The path of an order of alice's. */
async function ordered(): Promise<{ id: string; path: string }> {
  const body = new FormData();
  for (const [name, value] of Object.entries({
    title_number: "AB1",
    document_type: "deed",
    token: alice ?? "",
  })) {
    body.set(name, value);
  }
  const response = await app.request("/orders", { method: "POST", body });
  expect(response.status).toBe(202);
  const { order_id } = z.object({ order_id: z.uuid() }).parse(await response.json());
  return { id: order_id, path: `/orders/${order_id}` };
}

test("an order is its owner's; to others it does not exist", async () => {
  const { path } = await ordered();
  expect((await get(path)).status).toBe(200);
  expect((await get(path, bob)).status).toBe(404);
  expect((await get(`${path}/text`, bob)).status).toBe(404);
  expect((await get(`/orders/${crypto.randomUUID()}`)).status).toBe(404);
  expect((await app.request(path)).status).toBe(401);
});

test("an order shows its state and times from queued to completed, and its text at the end", async () => {
  const { id, path } = await ordered();
  const queued = { order_id: id, user_id: 1, title_number: "AB1", document_type: "deed" };
  expect(await (await get(path)).json()).toEqual({
    ...queued,
    status: "queued",
    created_at: expect.stringMatching(/Z$/),
    started_at: null,
    finished_at: null,
  });
  const early = await get(`${path}/text`);
  expect(early.status).toBe(409);
  expect(early.headers.get("Retry-After")).toBe("1");

  await store.claim(id, time, started);
  expect(await (await get(path)).json()).toMatchObject({
    status: "processing",
    started_at: time,
    finished_at: null,
  });
  await store.complete(id, 1, time, "Lease – 99 years, £1");
  expect(await (await get(path)).json()).toMatchObject({
    status: "completed",
    finished_at: time,
    links: { text: `${path}/text` },
  });
  const text = await get(`${path}/text`);
  expect(text.headers.get("Content-Type")?.toLowerCase()).toBe("text/plain; charset=utf-8");
  expect(await text.text()).toBe("Lease – 99 years, £1");
});

test("a failed order says why, and has no text", async () => {
  const { id, path } = await ordered();
  await store.claim(id, time, started);
  await store.fail(id, 1, time, { code: "document_not_found", message: "There is no document." });
  expect(await (await get(path)).json()).toMatchObject({
    status: "failed",
    reason: { code: "document_not_found", message: "There is no document." },
  });
  const text = await get(`${path}/text`);
  expect(text.status).toBe(409);
  expect(text.headers.get("Retry-After")).toBeNull();
  expect(await text.json()).toMatchObject({
    code: "order_failed",
    detail: expect.stringContaining("no document"),
  });
});
