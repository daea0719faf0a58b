import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { pageOf, pictureOf } from "../../../../../tests/page-result.ts";
import { snapshotOf } from "../../../../../tests/redis/order-snapshot.ts";
import { orderServices, retentionSeconds } from "../../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  inTime,
  sampleOrder,
  stepsOf,
} from "../../../../../tests/redis/sample-order.ts";
import type { OrderStatus } from "../order.ts";
import { archivedRunsKey, unarchivedKey, userOrdersKey } from "../order-keys.ts";
import { maxRuns, OrderStore } from "../order-store.ts";
import { removeUnneeded } from "./order-archive.ts";

const services = orderServices();
const { redis, queue, store, expiry, attempts, archive, results, folder } = services;
const reason = { code: "document_damaged", message: "broken" };

beforeEach(() => redis.flushDb());

/** Brings an accepted order to its end. */
const ends: [OrderStatus, (orderId: string) => Promise<unknown>][] = [
  ["completed", async (id) => attempts.complete(await claimed(services, id))],
  ["failed", async (id) => attempts.fail(await claimed(services, id), reason)],
  ["cancelled", (id) => store.cancel(id)],
];

/** Reads a document of so many pages. The first page fails, and the last is empty. */
async function readPages(orderId: string, pages: number) {
  await attempts.recognizing(await claimed(services, orderId), pages);
  for (let read = 1; read <= pages; read++) {
    const page = await claimedPage(services, orderId, `worker-${read % 3}`);
    const outcome = page.page === 1 ? "failed" : page.page === pages ? "empty" : "read";
    await attempts.endPage(page, outcome, reason);
  }
}

async function archived(end: (orderId: string) => Promise<unknown>) {
  const order = await accepted(store);
  await end(order.order_id);
  expect(await archive.archive(order.order_id)).toBe("archived");
  return order;
}

const fail = async (id: string) => attempts.fail(await claimed(services, id), reason);
const keysOf = (id: string) => redis.keys(`order:${id}*`);

test.each(ends)(
  "an order that is %s is the same after it was archived, and Redis holds none of it",
  async (status, end) => {
    const { order_id, user_id } = await accepted(store);
    await end(order_id);
    const before = await snapshotOf(store, order_id);
    expect(before).toMatchObject({ record: { status } });
    const overview = await store.overview(order_id);
    expect(await archive.archive(order_id)).toBe("archived");
    expect(await keysOf(order_id)).toEqual([]);
    expect(await redis.zCard(unarchivedKey)).toBe(0);
    expect(await snapshotOf(store, order_id)).toEqual(before);
    expect(await store.overview(order_id)).toMatchObject({ ...overview });
    expect(await store.list(user_id, 1)).toMatchObject({ records: [{ order_id, status }] });
    expect(await store.list(user_id, 1, { status })).toMatchObject({ records: [{ order_id }] });
    expect(await store.cancel(order_id)).toBe("ended");
    expect(await archive.archive(order_id)).toBe("gone");
    expect(await snapshotOf(store, order_id)).toEqual(before);
  },
);

test.each([2, 60])("all pages of a document of %i keep who read them and when", async (pages) => {
  const { order_id } = await accepted(store);
  await readPages(order_id, pages);
  const before = await snapshotOf(store, order_id);
  expect(before?.pages).toHaveLength(pages);
  expect(before?.pages.at(-1)).toMatchObject({ reading: { attempts: 1, worker: `worker-${pages % 3}` } });
  for (const { reading } of before?.pages ?? [])
    expect(reading?.ended_ms).toBeGreaterThanOrEqual(reading?.started_ms ?? Number.NaN);
  await archive.archive(order_id);
  expect(await snapshotOf(store, order_id)).toEqual(before);
});

test("events after an event can be read from the archive", async () => {
  const { order_id } = await archived(fail);
  const events = await stepsOf(store, order_id);
  expect(events.map(({ status }) => status)).toEqual(["queued", "fetching", "failed"]);
  for (const [index, { id }] of events.entries())
    expect(await stepsOf(store, order_id, id)).toEqual(events.slice(index + 1));
});

test("an archived order that failed can be retried, ends again, and keeps its history", async () => {
  const { order_id, user_id } = await archived(fail);
  const before = await stepsOf(store, order_id);
  expect(await store.retry(order_id)).toEqual({ outcome: "queued", run: 2 });
  expect(await store.find(order_id)).toMatchObject({ status: "queued", run: 2, attempt: 1, failures: 0 });
  expect(await redis.zCard(unarchivedKey)).toBe(0);
  await attempts.complete(await claimed(services, order_id));
  expect(await archive.archive(order_id)).toBe("archived");
  expect(await store.find(order_id)).toMatchObject({ status: "completed", run: 2, result_attempt: 2 });
  const events = await stepsOf(store, order_id);
  expect(events.slice(0, 3)).toEqual(before);
  expect(events.slice(3).map(({ status }) => status)).toEqual(["queued", "fetching", "completed"]);
  expect((await store.list(user_id, 10)).records).toHaveLength(1);
});

test("an archived order that did not fail, or was retried too often, is not retried", async () => {
  const cancelled = await archived((id) => store.cancel(id));
  expect(await store.retry(cancelled.order_id)).toEqual({ outcome: "not_failed", run: 0 });
  const { order_id } = await archived(fail);
  for (let run = 2; run <= maxRuns; run++) {
    expect(await store.retry(order_id)).toEqual({ outcome: "queued", run });
    await fail(order_id);
    await archive.archive(order_id);
  }
  expect(await store.retry(order_id)).toEqual({ outcome: "too_many", run: 0 });
  expect(await keysOf(order_id)).toEqual([]);
  expect(await store.retry(sampleOrder().order_id)).toEqual({ outcome: "gone", run: 0 });
});

test("of two retries at once, one runs the order", async () => {
  const { order_id } = await archived(fail);
  const outcomes = await Promise.all([1, 2, 3].map(() => store.retry(order_id)));
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["not_failed", "not_failed", "queued"]);
  expect(await store.find(order_id)).toMatchObject({ status: "queued", run: 2 });
});

test("a retry that read the archive before another retry ended does not bring that state back", async () => {
  const { order_id } = await archived(fail);
  const stale = await store.ended.find(order_id);
  expect(await store.retry(order_id)).toMatchObject({ outcome: "queued" });
  await fail(order_id);
  await archive.archive(order_id);
  const late = new OrderStore(redis, results, retentionSeconds);
  late.ended.find = async () => stale;
  expect(await late.retry(order_id)).toEqual({ outcome: "gone", run: 0 });
  expect(await keysOf(order_id)).toEqual([]);
  expect(await store.find(order_id)).toMatchObject({ status: "failed", run: 2 });
});

test("an archiver that stalled while the order was retried changes nothing", async () => {
  const { order_id } = await accepted(store);
  await fail(order_id);
  const saved = Promise.withResolvers<void>();
  const remove = results.attempts;
  results.attempts = async (id) => {
    saved.resolve();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return remove.call(results, id);
  };
  const archiving = archive.archive(order_id);
  await saved.promise;
  results.attempts = remove;
  await store.retry(order_id);
  expect(await archiving).toBe("running");
  expect(await store.find(order_id)).toMatchObject({ status: "queued", run: 2 });
  await fail(order_id);
  expect(await redis.zCard(unarchivedKey)).toBe(1);
  expect(await archive.archive(order_id)).toBe("archived");
  expect(await store.find(order_id)).toMatchObject({ status: "failed", run: 2 });
});

test("an Idempotency-Key finds an archived order", async () => {
  const key = { key: "k", fingerprint: "a" };
  const { order_id, user_id } = await accepted(store, {}, key);
  await store.cancel(order_id);
  await archive.archive(order_id);
  const again = sampleOrder({ user_id });
  expect(await store.accept(again, inTime(), key)).toEqual({ outcome: "known", orderId: order_id });
  await results.removeOrder(order_id);
  expect(await store.accept(again, inTime(), key)).toEqual({ outcome: "accepted", orderId: again.order_id });
});

test("a revoked order that was archived meanwhile is in no list, and its files are removed", async () => {
  const order = await archived(fail);
  expect(await store.revoke(order)).toBe(true);
  // A repeated call, whose first answer was lost, must not keep the files.
  expect(await store.revoke(order)).toBe(false);
  expect(await store.retry(order.order_id)).toMatchObject({ outcome: "gone" });
  expect(await store.list(order.user_id, 10)).toMatchObject({ records: [] });
  expect(await queue.next("worker-1")).toEqual({ do: "archive", orders: [order.order_id] });
  expect(await archive.archive(order.order_id)).toBe("gone");
  expect(await results.orders()).not.toContain(order.order_id);
  expect(await store.find(order.order_id)).toBeUndefined();
});

test("archiving removes the files that nobody needs", async () => {
  const { order_id } = await accepted(store);
  await attempts.release(await claimed(services, order_id), "handed_back");
  await attempts.complete(await claimed(services, order_id));
  const page = pageOf(1);
  const picture = await pictureOf(page);
  for (const attempt of [1, 2]) await results.savePage({ order_id, attempt }, page, picture);
  await archive.archive(order_id);
  expect(await results.attempts(order_id)).toEqual([2]);
  expect(await removeUnneeded(results, { order_id, attempt: 2, result_attempt: 2 })).toBe(0);
});

test("an order expires at its time, and a retried one leaves no entry behind", async () => {
  const { order_id, user_id } = await archived(fail);
  await store.retry(order_id);
  await fail(order_id);
  await archive.archive(order_id);
  expect(await redis.hGetAll(archivedRunsKey)).toEqual({ [order_id]: "2" });
  const short = new OrderStore(redis, results, 0);
  expect(await short.find(order_id)).toBeUndefined();
  expect(await short.list(user_id, 10)).toMatchObject({ records: [] });
  expect(await short.retry(order_id)).toMatchObject({ outcome: "gone" });
  expect(await store.find(order_id)).toBeDefined();
  expect(await short.lists.forgetExpired()).toBe(1);
  expect(await redis.exists([archivedRunsKey, userOrdersKey(user_id)])).toBe(0);
});

test("an order whose file is damaged does not hide the others", async () => {
  const { order_id, user_id } = await archived(fail);
  const other = await accepted(store, { user_id });
  await writeFile(path.join(folder, order_id, "order-1.json"), '{"record":{}}');
  await expect(store.find(order_id)).rejects.toThrow(`order-1.json of the order ${order_id} cannot be read`);
  const { records, unreadable } = await store.list(user_id, 10);
  expect(records.map((record) => record.order_id)).toEqual([other.order_id]);
  expect(unreadable).toEqual([order_id]);
  expect(await expiry.lists.forgetExpired()).toBe(0);
});

test("a worker archives before it takes an item, and then takes one before it archives again", async () => {
  const first = await accepted(store);
  await store.cancel(first.order_id);
  const second = await accepted(store);
  expect(await queue.next("worker-1", "archive")).toMatchObject({ do: "claim" });
  expect(await queue.next("worker-1")).toEqual({ do: "archive", orders: [first.order_id] });
  // A worker that dies with it leaves it to the others, in a while.
  expect(await queue.next("worker-2")).toMatchObject({ do: "claim", item: { order_id: second.order_id } });
  expect(await redis.zScore(unarchivedKey, first.order_id)).toBeGreaterThan(Date.now() + 50_000);
});
