import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { snapshotOf } from "../../../../tests/redis/order-snapshot.ts";
import { type RedisContainer, startRedisContainer } from "../../../../tests/redis/redis-container.ts";
import { retentionSeconds, silentLog } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  claimSuspected,
  inTime,
  pageJob,
  sampleOrder,
} from "../../../../tests/redis/sample-order.ts";
import { closeRedis, openRedis } from "../redis/redis-connection.ts";
import { outboxKey } from "./order-keys.ts";
import { OrderStore } from "./order-store.ts";
import { OrderAttempts } from "./queue/order-attempts.ts";
import { OrderDispatcher } from "./queue/order-dispatcher.ts";
import { openOrderQueue } from "./queue/order-queue.ts";

/** The memory limit applies to the whole server, so these tests use their own Redis. */
let container: RedisContainer;
let redis: ReturnType<typeof openRedis>;
let store: OrderStore;
let attempts: OrderAttempts;

const reason = { code: "source_unavailable", message: "busy" };
const full = () => redis.configSet("maxmemory", "1");
const room = () => redis.configSet("maxmemory", "0");

beforeAll(async () => {
  container = await startRedisContainer();
  redis = openRedis(container.url, silentLog, "wait");
  store = new OrderStore(redis, retentionSeconds);
  attempts = new OrderAttempts(redis, retentionSeconds);
});
afterAll(async () => {
  await closeRedis(redis);
  await container.remove();
});
beforeEach(async () => {
  await room();
  await redis.flushDb();
});

test("a new order is refused and leaves nothing behind", async () => {
  await full();
  await expect(store.accept(sampleOrder(), inTime(), { key: "k", fingerprint: "a" })).rejects.toThrow(/^OOM/);
  expect(await redis.dbSize()).toBe(0);
});

test("a retry is refused, and the failed order stays as it is", async () => {
  const { order_id } = await accepted(store);
  const { attempt } = await claimed(attempts, order_id);
  await attempts.fail(order_id, attempt, reason);
  const before = await snapshotOf(redis, order_id);
  await full();
  await expect(store.retry(order_id)).rejects.toThrow(/^OOM/);
  expect(await snapshotOf(redis, order_id)).toEqual(before);
});

test("an accepted order runs to its end", async () => {
  const { order_id } = await accepted(store);
  await full();
  const handedBack = await claimed(attempts, order_id);
  expect(await attempts.release(handedBack, "handed_back")).toMatchObject({ state: "queued" });
  const released = await claimed(attempts, order_id);
  expect(await attempts.release(released, "failed", reason)).toMatchObject({ state: "queued" });
  await claimed(attempts, order_id);
  expect(await claimSuspected(redis, attempts, { order_id, run: 1 })).toMatchObject({ state: "lost" });
  const order = await claimed(attempts, order_id);
  expect(await attempts.recognizing(order, 1)).toBe("written");
  expect(await attempts.complete(order)).toBe("written");
  expect(await store.find(order_id)).toMatchObject({ status: "completed" });
});

test("an accepted order of several pages runs to its end", async () => {
  const { order_id } = await accepted(store);
  await full();
  const order = await claimed(attempts, order_id);
  expect(await attempts.recognizing(order, 2)).toBe("written");
  const page = await claimedPage(attempts, pageJob(order, 1));
  expect(await attempts.releasePage(page, "failed", reason)).toMatchObject({ state: "queued" });
  await claimedPage(attempts, pageJob(order, 1));
  expect(await attempts.endPage(pageJob(order, 1), "worker-1", "read")).toBe("written");
  expect(await attempts.endPage(pageJob(order, 2), "worker-1", "failed", reason)).toBe("last");
  const snapshot = await snapshotOf(redis, order_id);
  expect(snapshot).toMatchObject({
    record: { status: "completed" },
    pages: [{ page: 1 }, { page: 2, reason }],
  });
});

test("an order can fail, be given up, cancelled or revoked", async () => {
  const orders = await Promise.all(Array.from({ length: 4 }, () => accepted(store)));
  const [failed = "", givenUp = "", cancelled = ""] = orders.map(({ order_id }) => order_id);
  await full();
  const { attempt } = await claimed(attempts, failed);
  expect(await attempts.fail(failed, attempt, reason)).toBe("written");
  expect(await attempts.giveUp({ order_id: givenUp, run: 1 }, reason)).toBe("written");
  expect(await store.cancel(cancelled)).toMatchObject({ outcome: "cancelled" });
  const found = await Promise.all(orders.map(({ order_id }) => store.find(order_id)));
  expect(found.map((record) => record?.status)).toEqual(["failed", "failed", "cancelled", "queued"]);
  expect(await Promise.all(orders.map((order) => store.revoke(order)))).toEqual([1, 1, 1, 1]);
  expect(await redis.keys("order:*")).toEqual([]);
});

test("orders and their events can be read", async () => {
  const { order_id, user_id } = await accepted(store);
  const read = () =>
    Promise.all([
      store.overview(order_id),
      store.find(order_id),
      store.list(user_id, 10),
      store.eventsAfter(order_id, "0"),
    ]);
  const before = await read();
  await full();
  expect(await read()).toEqual(before);
});

test("the workers can be counted", async () => {
  await full();
  await attempts.present("worker-1");
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await attempts.absent("worker-1");
  expect(await store.pace()).toMatchObject({ workers: 0 });
});

test("jobs that Redis has no room to queue wait in the outbox until there is room", async () => {
  const queue = openOrderQueue(redis);
  const dispatcher = new OrderDispatcher(redis, queue, silentLog);
  const { order_id } = await accepted(store);
  await full();
  dispatcher.dispatch({ order_id, run: 1 });
  await dispatcher.close();
  expect(await redis.zRange(outboxKey, 0, -1)).toEqual([`${order_id}.1`]);
  await room();
  const sweeper = new OrderDispatcher(redis, queue, silentLog);
  await expect.poll(() => queue.getPrioritizedCount(), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => redis.zCard(outboxKey)).toBe(0);
  await sweeper.close();
  await queue.close();
});
