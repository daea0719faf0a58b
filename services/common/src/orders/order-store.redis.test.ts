import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import { maxStarts, recordKey } from "./order-store.ts";

const { redis, store } = orderServices();
const lost = { code: "worker_lost", message: "lost" };
const time = "2026-01-01T00:00:00.000Z";

function newOrder() {
  return {
    order_id: randomUUID(),
    user_id: 1,
    request_id: "r",
    title_number: "OW12345678",
    document_type: "lease" as const,
    created_at: time,
  };
}

/** An order that was accepted. */
async function queued() {
  const order = newOrder();
  expect(await store.create(order, Date.now() + 1000)).toBe("created");
  expect(await store.confirm(order.order_id)).toBe("queued");
  return order;
}

test("an order is nobody's before its confirmation and lasts after it", async () => {
  const order = newOrder();
  await store.create(order, Date.now() + 1000);
  expect(await store.find(order.order_id)).toBeUndefined();
  expect(await redis.ttl(recordKey(order.order_id))).toBeGreaterThan(0);
  expect(await store.claim(order.order_id, time, lost)).toMatchObject({ state: "wait" });
  await store.confirm(order.order_id);
  expect(await store.find(order.order_id)).toEqual({ ...order, status: "queued" });
  expect(await redis.ttl(recordKey(order.order_id))).toBe(-1);
});

test("Redis refuses to create what is late by its own clock", async () => {
  const order = newOrder();
  expect(await store.create(order, Date.now() - 1)).toBe("late");
  expect(await redis.exists(recordKey(order.order_id))).toBe(0);
});

test("a late confirmation, and one after a revocation, make no order", async () => {
  const late = newOrder();
  await store.create(late, Date.now() + 20);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(await store.confirm(late.order_id)).toBe("late");
  const revoked = newOrder();
  await store.create(revoked, Date.now() + 1000);
  await store.revoke(revoked.order_id);
  expect(await store.confirm(revoked.order_id)).toBe("late");
  expect(await redis.exists([recordKey(late.order_id), recordKey(revoked.order_id)])).toBe(0);
});

test("a worker waits for an undecided order until its deadline and drops it then", async () => {
  const order = newOrder();
  await store.create(order, Date.now() + 50);
  expect(await store.claim(order.order_id, time, lost)).toMatchObject({ state: "wait" });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await store.claim(order.order_id, time, lost)).toMatchObject({ state: "gone" });
  expect(await store.confirm(order.order_id)).toBe("late");
});

test("an order runs, completes once and keeps its first start", async () => {
  const { order_id } = await queued();
  expect(await store.claim(order_id, time, lost)).toEqual({ state: "claimed", attempt: 1 });
  expect(await store.claim(order_id, "2026-01-01T00:00:09.000Z", lost)).toEqual({
    state: "claimed",
    attempt: 2,
  });
  expect(await store.complete(order_id, 1, time, "of the worker that was given up")).toBe("lost");
  expect(await store.text(order_id)).toBeUndefined();
  expect(await store.complete(order_id, 2, time, "text £")).toBe("written");
  expect(await store.complete(order_id, 2, time, "again")).toBe("lost");
  expect(await store.fail(order_id, undefined, time, lost)).toBe("lost");
  expect(await store.text(order_id)).toBe("text £");
  expect(await store.find(order_id)).toMatchObject({
    status: "completed",
    started_at: time,
    finished_at: time,
  });
  expect(await store.claim(order_id, time, lost)).toMatchObject({ state: "ended" });
});

test("a failure is written by the attempt that has the order, or by whoever cleans up", async () => {
  const reason = { code: "unreadable_image", message: "broken" };
  const { order_id } = await queued();
  await store.claim(order_id, time, lost);
  expect(await store.fail(order_id, 7, time, reason)).toBe("lost");
  expect(await store.fail(order_id, undefined, time, reason)).toBe("written");
  expect(await store.find(order_id)).toMatchObject({
    status: "failed",
    reason_code: reason.code,
    reason_message: reason.message,
  });
});

test("a result for a revoked order brings nothing back", async () => {
  const { order_id } = await queued();
  await store.claim(order_id, time, lost);
  await store.revoke(order_id);
  expect(await store.complete(order_id, 1, time, "text")).toBe("lost");
  expect(await store.find(order_id)).toBeUndefined();
  expect(await store.text(order_id)).toBeUndefined();
});

test("an order that is started again and again fails", async () => {
  const { order_id } = await queued();
  for (let start = 1; start <= maxStarts; start++) {
    expect(await store.claim(order_id, time, lost)).toEqual({ state: "claimed", attempt: start });
  }
  expect(await store.claim(order_id, time, lost)).toMatchObject({ state: "exhausted" });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: "worker_lost" });
});
