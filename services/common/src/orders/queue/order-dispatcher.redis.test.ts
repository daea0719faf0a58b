import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type RedisContainer, startRedisContainer } from "../../../../../tests/redis/redis-container.ts";
import { retentionSeconds, silentLog } from "../../../../../tests/redis/redis-database.ts";
import { accepted } from "../../../../../tests/redis/sample-order.ts";
import { closeRedis, openRedis } from "../../redis/redis-connection.ts";
import { outboxKey } from "../order-keys.ts";
import { OrderStore } from "../order-store.ts";
import { OrderDispatcher } from "./order-dispatcher.ts";
import { openOrderQueue } from "./order-queue.ts";

/** These tests kill Redis, so they use their own. */
let container: RedisContainer;
let redis: ReturnType<typeof openRedis>;
let queue: ReturnType<typeof openOrderQueue>;
let store: OrderStore;

beforeAll(async () => {
  container = await startRedisContainer();
  redis = openRedis(container.url, silentLog, "reject");
  queue = openOrderQueue(redis);
  store = new OrderStore(redis, retentionSeconds);
  await queue.waitUntilReady();
});
afterAll(async () => {
  await queue.close();
  await closeRedis(redis);
  await container.remove();
});
beforeEach(() => redis.flushDb());

async function dispatching(work: (dispatcher: OrderDispatcher) => Promise<void>) {
  const dispatcher = new OrderDispatcher(redis, queue, silentLog);
  try {
    await work(dispatcher);
  } finally {
    await dispatcher.close();
  }
}

async function queuedJobs(): Promise<string[]> {
  const jobs = await queue.getJobs("prioritized");
  return jobs.map(({ data }) => `${data.order_id}.${data.run}`).sort();
}

test("an order is dispatched at once and leaves the outbox", async () => {
  await dispatching(async (dispatcher) => {
    const orders = await Promise.all(Array.from({ length: 300 }, () => accepted(store)));
    for (const { order_id } of orders) dispatcher.dispatch({ order_id, run: 1 });
    await dispatcher.close();
    expect(await queuedJobs()).toEqual(orders.map(({ order_id }) => `${order_id}.1`).sort());
    expect(await redis.zCard(outboxKey)).toBe(0);
  });
});

test("entries left in the outbox are swept up, however many", async () => {
  // Their sender was killed between accepting and dispatching.
  const orders = await Promise.all(Array.from({ length: 600 }, () => accepted(store)));
  await dispatching(async () => {
    await expect.poll(() => redis.zCard(outboxKey), { timeout: 10_000 }).toBe(0);
    expect(await queuedJobs()).toEqual(orders.map(({ order_id }) => `${order_id}.1`).sort());
  });
});

test("the sweep ignores entries that were accepted just now", async () => {
  const before = Date.now();
  const { order_id } = await accepted(store);
  await dispatching(async () => {
    await expect.poll(() => redis.zCard(outboxKey), { timeout: 10_000 }).toBe(0);
    expect(Date.now() - before).toBeGreaterThanOrEqual(2000);
    expect(await queuedJobs()).toEqual([`${order_id}.1`]);
  });
});

test("dispatching a job twice creates one job", async () => {
  const { order_id } = await accepted(store);
  await dispatching(async (dispatcher) => {
    dispatcher.dispatch({ order_id, run: 1 });
    dispatcher.dispatch({ order_id, run: 1 });
    await dispatcher.close();
    dispatcher.dispatch({ order_id, run: 1 });
    await dispatcher.close();
    expect(await queuedJobs()).toEqual([`${order_id}.1`]);
  });
});

test("dispatching continues after Redis restarts without its cached scripts", async () => {
  const before = await accepted(store);
  await dispatching(async (dispatcher) => {
    await container.kill();
    dispatcher.dispatch({ order_id: before.order_id, run: 1 });
    await container.start();
    await expect.poll(() => redis.isReady, { timeout: 10_000 }).toBe(true);
    const after = await accepted(store);
    dispatcher.dispatch({ order_id: after.order_id, run: 1 });
    const both = [`${before.order_id}.1`, `${after.order_id}.1`].sort();
    await expect.poll(queuedJobs, { timeout: 10_000 }).toEqual(both);
    expect(await redis.zCard(outboxKey)).toBe(0);
  });
});
