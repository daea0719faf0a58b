import { beforeEach, expect, test } from "vitest";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  endLeases,
  waitingItem,
  workerLost,
} from "../../../../tests/redis/sample-order.ts";
import { workerReportsKey } from "./stack-keys.ts";
import { readStack } from "./stack-reading.ts";
import { addFailure, addPage, noFigures, report } from "./worker-reports.ts";

const services = orderServices();
const { redis, ofOrderApi, ofWorker, store, attempts, queue } = services;
beforeEach(async () => {
  await redis.flushDb();
});

const read = () => readStack(ofOrderApi);
const nothing = { report: { pages_per_minute: 0 }, figures: noFigures() };

test("an empty stack has no workers, no figures and nothing in the queue", async () => {
  const { nowMs, minutes, ...reading } = await read();
  expect(reading).toEqual({
    ...{ waiting: 0, delayed: 0, running: 0, oldestMs: undefined, workers: [], works: [] },
  });
  expect(Math.abs(nowMs - Date.now())).toBeLessThan(2000);
  expect(minutes).toHaveLength(15);
  expect(minutes.at(-1)?.atMs).toBe(Math.floor(Date.now() / 60_000) * 60_000);
  expect(minutes.every(({ pages, failures }) => pages === 0 && failures.size === 0)).toBe(true);
});

test("what workers have is known without their reports", async () => {
  const single = await accepted(store);
  const many = await accepted(store);
  await accepted(store);
  await claimed(services, single.order_id, "earlier");
  await attempts.recognizing(await claimed(services, many.order_id, "b"), 3);
  await claimedPage(services, many.order_id, "b.2");
  await queue.next("idle");
  const { workers, works, waiting, running } = await read();
  expect(workers).toEqual([{ name: "idle", seenMs: expect.any(Number), report: undefined }]);
  const sinceMs = expect.closeTo(Date.now(), -4);
  expect(works.toSorted((a, b) => a.worker.localeCompare(b.worker))).toEqual([
    { worker: "b.2", orderId: many.order_id, page: 1, sinceMs },
    { worker: "earlier", orderId: single.order_id, page: undefined, sinceMs },
  ]);
  // The two other pages of the document are one item.
  expect([waiting, running]).toEqual([2, 2]);
});

test("the oldest order is found behind a document that is being read, and for every user", async () => {
  const document = await accepted(store, { user_id: 7 });
  await attempts.recognizing(await claimed(services, document.order_id), 3);
  await claimedPage(services, document.order_id);
  expect((await read()).oldestMs).toBeUndefined();
  const first = await accepted(store, { user_id: 7 });
  const since = Number(await redis.hGet(`order:${first.order_id}`, "queued_ms"));
  await accepted(store, { user_id: 7 });
  await accepted(store, { user_id: 8 });
  expect((await read()).oldestMs).toBe(since);
  expect((await waitingItem(redis, document.order_id)).attempt).toBe(1);
});

test("an order that is tried again later is delayed, and does not wait", async () => {
  const { order_id } = await accepted(store);
  await attempts.release(await claimed(services, order_id), "failed", workerLost);
  expect(await read()).toMatchObject({ waiting: 0, delayed: 1, running: 0, oldestMs: undefined });
});

test("the page of a worker that lost its lease is not shown as that of another", async () => {
  const { order_id } = await accepted(store);
  await attempts.recognizing(await claimed(services, order_id), 2);
  const page = await claimedPage(services, order_id, "slow");
  await redis.hSet(`order:${order_id}:pages`, `${page.page}:claim`, "another~token 1 other");
  expect((await read()).works).toEqual([]);
  await endLeases(redis, order_id);
});

test("a worker's report tells its memory, speed and what it waits for", async () => {
  const what = { pages_per_minute: 12, memory_bytes: 300e6, waits_for: "results_disk" };
  const source = { answers: false, at_ms: 1_800_000_000_000 };
  await report(ofWorker, "ocr-worker-1", { report: { ...what, source }, figures: noFigures() });
  expect((await read()).workers).toEqual([
    { name: "ocr-worker-1", seenMs: expect.closeTo(Date.now(), -4), report: { ...what, source } },
  ]);
  await report(ofWorker, "ocr-worker-1", { report: undefined, figures: noFigures() });
  expect((await read()).workers).toEqual([]);
});

test("a report of another version is ignored, but its worker is seen", async () => {
  const now = Math.floor(Date.now() / 1000);
  await redis.hSet(workerReportsKey, { a: `${now} {"speed":1}`, b: `${now} {`, c: "?" });
  const { workers } = await read();
  expect(workers.map((worker) => worker.report)).toEqual([undefined, undefined, undefined]);
  expect(workers.find(({ name }) => name === "c")?.seenMs).toBe(0);
});

test("figures of several reports add up, and expire", async () => {
  const figures = noFigures();
  for (const ms of [800, 1000, 1200]) addPage(figures, ms);
  addFailure(figures, "page_damaged");
  figures.orders = 2;
  const minute = Math.floor(Date.now() / 60_000);
  for (const worker of ["a", "b"]) await report(ofWorker, worker, { ...nothing, figures });
  const { minutes } = await read();
  const sums = minutes
    .slice(-2)
    .map(({ pages, orders, ms, failures }) => [...[pages, orders, ms, failures.get("page_damaged") ?? 0]]);
  const total = sums.reduce((a, b) => a.map((value, index) => value + (b[index] ?? 0)));
  expect(total).toEqual([6, 4, 6000, 2]);
  const counts = minutes.flatMap(({ durations }) => [...durations.values()]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  expect(await redis.ttl(`stack:minute:${minute}`)).toBeGreaterThan(15 * 60);
  expect(await redis.ttl(workerReportsKey)).toBeGreaterThan(0);
});

test("a report that has no figures leaves no hash of a minute", async () => {
  await report(ofWorker, "a", nothing);
  expect(await redis.keys("stack:minute:*")).toEqual([]);
});

test("workers that were not seen for ten minutes are forgotten when another one reports", async () => {
  const now = Math.floor(Date.now() / 1000);
  await redis.hSet(workerReportsKey, { old: `${now - 601} {}`, gone: `${now - 500} {}`, odd: "x" });
  await report(ofWorker, "a", nothing);
  expect((await redis.hKeys(workerReportsKey)).toSorted()).toEqual(["a", "gone"]);
});
