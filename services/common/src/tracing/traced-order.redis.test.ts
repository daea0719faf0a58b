import { expect, test } from "vitest";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import { accepted, waitingItem } from "../../../../tests/redis/sample-order.ts";
import { eventsKey, recordKey } from "../orders/order-keys.ts";

const services = orderServices();
const { redis, store, attempts, archive } = services;
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const failed = { code: "document_damaged", message: "damaged" };

async function claim(orderId: string) {
  const claimed = await attempts.claim(await waitingItem(redis, orderId), "worker-1");
  if (claimed.state !== "claimed") throw new Error(`the order is ${claimed.state}`);
  return claimed;
}

/** When the last step before the claim was. */
async function queuedMs(orderId: string): Promise<number> {
  const steps = await redis.xRange(eventsKey(orderId), "-", "+");
  return Number(steps?.at(-2)?.id.split("-")[0]);
}

test("a trace goes through all attempts, and each claim tells since when the order waited", async () => {
  const { order_id } = await accepted(store, { traceparent });
  const first = await claim(order_id);
  expect(first).toMatchObject({ order: { traceparent }, queued_ms: await queuedMs(order_id) });
  await attempts.release(first.order, "failed", failed, { delayMs: 0 });
  const second = await claim(order_id);
  expect(second).toMatchObject({ order: { traceparent, attempt: 2 }, queued_ms: await queuedMs(order_id) });
});

test("an order's trace goes through its pages", async () => {
  const { order_id } = await accepted(store, { traceparent });
  const { order } = await claim(order_id);
  await attempts.recognizing(order, 2);
  const item = { ...(await waitingItem(redis, order_id)), attempt: 1 };
  expect(await attempts.claimPage(item, "worker-2")).toMatchObject({ page: { page: 1, traceparent } });
});

test("an order's trace goes through the archive and a retry", async () => {
  const { order_id } = await accepted(store, { traceparent });
  await attempts.fail((await claim(order_id)).order, failed);
  expect(await archive.archive(order_id)).toBe("archived");
  expect(await store.find(order_id)).toMatchObject({ status: "failed", traceparent });
  expect(await store.retry(order_id)).toMatchObject({ outcome: "queued", run: 2 });
  expect(await claim(order_id)).toMatchObject({ order: { traceparent, run: 2 } });
});

test("an order without a trace has no field for it, and runs as before", async () => {
  const { order_id } = await accepted(store);
  expect(await redis.hExists(recordKey(order_id), "traceparent")).toBe(0);
  const { order, queued_ms } = await claim(order_id);
  expect([order.traceparent, queued_ms]).toEqual([undefined, undefined]);
  await attempts.recognizing(order, 2);
  const item = { ...(await waitingItem(redis, order_id)), attempt: 1 };
  const claimed = await attempts.claimPage(item, "worker-2");
  expect(claimed).toMatchObject({ state: "claimed", page: { page: 1 } });
  expect(claimed).not.toMatchObject({ page: { traceparent: expect.anything() } });
});
