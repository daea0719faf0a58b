import { expect, test } from "vitest";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import { claimed, sampleOrder, waitingItems } from "../../../../../tests/redis/sample-order.ts";
import { pagesKey, recordKey } from "../order-keys.ts";
import { adoptOrders } from "./adopt-orders.ts";

const services = orderServices();
const { redis, ofWorker, store, attempts } = services;

/** Writes an order as version 0.1.0 did, with its job in BullMQ's queue. */
async function earlierOrder(fields: Record<string, string | number>): Promise<string> {
  const { order_id, user_id, request_id } = sampleOrder();
  const order = { order_id, user_id, request_id, title_number: "OW12345678", document_type: "lease" };
  const counts = { run: 1, attempt: 0, failures: 0, turn: 1, created_ms: 1e12 };
  await redis.hSet(recordKey(order.order_id), { ...order, ...counts, ...fields });
  await redis.hSet(`bull:orders:${order.order_id}.1`, { name: "order", data: "{}" });
  await redis.hSet("bull:orders:meta", "version", "bullmq:6.7.0");
  await redis.zAdd("orders:waiting", { score: 1, value: order.order_id });
  return order.order_id;
}

test("orders that an earlier version accepted wait in the queue, and its queue is removed", async () => {
  const waiting = await earlierOrder({ status: "queued" });
  const running = await earlierOrder({ status: "recognizing", attempt: 2, page: 1, pages: 3, spread: 1 });
  const ended = await earlierOrder({ status: "failed", attempt: 1, finished_ms: 1e12 });
  await redis.hSet(`${recordKey(ended)}:pages:1`, { 1: "failed page_damaged The page is damaged." });

  expect(await adoptOrders(ofWorker)).toBe(2);
  expect(await redis.keys("bull:*")).toEqual([]);
  expect(await redis.exists(["orders:waiting", "orders:outbox"])).toBe(0);
  for (const [id, attempt] of [
    [waiting, 1],
    [running, 3],
  ] as const) {
    expect((await store.find(id))?.status).toBe("queued");
    const order = await claimed(services, id);
    expect(order.attempt).toBe(attempt);
    expect(await attempts.recognizing(order, 1)).toBe("written");
    expect(await attempts.complete(order)).toBe("written");
  }
  expect(await waitingItems(redis, ended)).toEqual([]);
  expect(await store.find(ended)).toMatchObject({ status: "failed" });
  expect(await redis.hGetAll(pagesKey(ended))).toEqual({ 1: "failed page_damaged The page is damaged." });
});

test("orders of this version are left alone", async () => {
  const order = sampleOrder();
  await store.accept(order, Date.now() + 5000);
  await redis.hSet("bull:orders:meta", "version", "bullmq:6.7.0");
  const before = await redis.hGetAll(recordKey(order.order_id));
  expect(await adoptOrders(ofWorker)).toBe(0);
  expect(await redis.hGetAll(recordKey(order.order_id))).toEqual(before);
  expect(await waitingItems(redis, order.order_id)).toHaveLength(1);
  expect(await adoptOrders(ofWorker)).toBe(0);
});
