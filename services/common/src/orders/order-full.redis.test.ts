import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { temporaryResults } from "../../../../tests/page-result.ts";
import { snapshotOf } from "../../../../tests/redis/order-snapshot.ts";
import { type RedisContainer, startRedisContainer } from "../../../../tests/redis/redis-container.ts";
import { retentionSeconds, silentLog } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  endDelays,
  endLeases,
  inTime,
  sampleOrder,
} from "../../../../tests/redis/sample-order.ts";
import { closeRedis, openRedis } from "../redis/redis-connection.ts";
import { OrderStore } from "./order-store.ts";
import { OrderAttempts } from "./queue/order-attempts.ts";
import { OrderQueue } from "./queue/order-queue.ts";

/** The memory limit applies to the whole server, so these tests use their own Redis. */
let container: RedisContainer;
let redis: ReturnType<typeof openRedis>;
let blocking: ReturnType<typeof openRedis>;
let services: { redis: typeof redis; queue: OrderQueue; attempts: OrderAttempts };
let store: OrderStore;
let attempts: OrderAttempts;
let queue: OrderQueue;

const { results } = await temporaryResults();
const reason = { code: "source_unavailable", message: "busy" };
const full = () => redis.configSet("maxmemory", "1");
const room = () => redis.configSet("maxmemory", "0");

/** Redis refuses the tests' own writes, too. */
async function withRoom(work: () => Promise<void>): Promise<void> {
  await room();
  await work();
  await full();
}

beforeAll(async () => {
  container = await startRedisContainer();
  redis = openRedis(container.url, silentLog, "wait");
  blocking = openRedis(container.url, silentLog, "wait");
  store = new OrderStore(redis, results, retentionSeconds);
  attempts = new OrderAttempts(redis);
  queue = new OrderQueue(redis, blocking);
  services = { redis, queue, attempts };
});
afterAll(async () => {
  await closeRedis(blocking);
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
  await attempts.fail(await claimed(services, order_id), reason);
  const before = await snapshotOf(store, order_id);
  await full();
  await expect(store.retry(order_id)).rejects.toThrow(/^OOM/);
  expect(await snapshotOf(store, order_id)).toEqual(before);
});

test("an accepted order runs to its end", async () => {
  const { order_id } = await accepted(store);
  await full();
  const handedBack = await claimed(services, order_id);
  expect(await attempts.release(handedBack, "handed_back")).toMatchObject({ state: "queued" });
  const released = await claimed(services, order_id);
  expect(await attempts.release(released, "failed", reason)).toMatchObject({ state: "queued" });
  await withRoom(() => endDelays(services, order_id));
  await claimed(services, order_id);
  await withRoom(() => endLeases(redis, order_id));
  const next = await queue.next("worker-2", "archive");
  if (next.do !== "collect") throw new Error(`the worker was not told to collect, but to ${next.do}`);
  expect(await attempts.collect(next.lease, reason)).toMatchObject({ state: "queued" });
  await withRoom(() => endDelays(services, order_id));
  const order = await claimed(services, order_id);
  expect(await attempts.recognizing(order, 1)).toBe("written");
  expect(await attempts.hold(order, "worker-1")).toBe("held");
  expect(await attempts.complete(order)).toBe("written");
  expect(await store.find(order_id)).toMatchObject({ status: "completed" });
});

test("an accepted order of several pages runs to its end", async () => {
  const { order_id } = await accepted(store);
  await full();
  const order = await claimed(services, order_id);
  expect(await attempts.recognizing(order, 2)).toBe("written");
  const first = await claimedPage(services, order_id);
  expect(await attempts.releasePage(first, "handed_back")).toMatchObject({ state: "queued" });
  const again = await claimedPage(services, order_id);
  const other = await claimedPage(services, order_id, "worker-2");
  expect(await attempts.hold(again, "worker-1")).toBe("held");
  expect(await attempts.endPage(again, "read")).toBe("written");
  expect(await attempts.endPage(other, "failed", reason)).toBe("last");
  const snapshot = await snapshotOf(store, order_id);
  expect(snapshot).toMatchObject({
    record: { status: "completed" },
    pages: [
      { page: again.page, outcome: "read" },
      { page: other.page, reason },
    ].sort((a, b) => a.page - b.page),
  });
});

test("an order can fail, be cancelled or revoked", async () => {
  const orders = await Promise.all(Array.from({ length: 3 }, () => accepted(store)));
  const [failed = "", cancelled = ""] = orders.map(({ order_id }) => order_id);
  await full();
  expect(await attempts.fail(await claimed(services, failed), reason)).toBe("written");
  expect(await store.cancel(cancelled)).toBe("cancelled");
  const found = await Promise.all(orders.map(({ order_id }) => store.find(order_id)));
  expect(found.map((record) => record?.status)).toEqual(["failed", "cancelled", "queued"]);
  expect(await Promise.all(orders.map((order) => store.revoke(order)))).toEqual([true, true, true]);
  expect(await redis.keys("order:*")).toEqual([]);
});

test("orders and their events can be read", async () => {
  const { order_id, user_id } = await accepted(store);
  const read = () =>
    Promise.all([
      store.overview(order_id),
      store.find(order_id),
      store.list(user_id, 10),
      store.news(order_id, "0"),
    ]);
  const before = await read();
  await full();
  expect(await read()).toEqual(before);
});

test("the workers can be counted", async () => {
  await full();
  await queue.next("worker-1", "archive");
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await attempts.absent("worker-1");
  expect(await store.pace()).toMatchObject({ workers: 0 });
});

test("the queue hands out what waits, puts it aside and lets a worker wait", async () => {
  const { order_id } = await accepted(store);
  await full();
  await queue.wait(10_000);
  const next = await queue.next("worker-1", "archive");
  expect(next).toMatchObject({ do: "claim", item: { order_id } });
  if (next.do === "claim") await queue.postpone("item", next.item.item, 300);
  expect(await queue.next("worker-1", "archive")).toMatchObject({ do: "wait" });
  await expect
    .poll(() => queue.next("worker-1", "archive"))
    .toMatchObject({ do: "claim", item: { order_id } });
});
