import { randomUUID } from "node:crypto";
import { UnrecoverableError, Worker } from "bullmq";
import { afterAll, beforeEach, expect, test } from "vitest";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import {
  addOrderJobs,
  addPageJobs,
  jobId,
  orderQueueName,
  type PageJob,
  pageJobId,
  parseJobId,
  type QueueJob,
  removeJobs,
} from "./order-queue.ts";

const { redis, queue } = orderServices();
const worker = new Worker<QueueJob["data"], void, QueueJob["name"]>(orderQueueName, null, {
  connection: redis,
  autorun: false,
  skipVersionCheck: true,
});
afterAll(() => worker.close());
beforeEach(() => redis.flushDb());

const token = "token";

async function take(): Promise<QueueJob> {
  const job = await worker.getNextJob(token, { block: false });
  if (!job) throw new Error("the queue gives no job out");
  return job;
}

/** Takes `count` jobs. Returns for each the order's letter, with the page's number if it is a page. */
async function taken(count: number): Promise<string[]> {
  const names: string[] = [];
  for (let time = 0; time < count; time++) {
    const { data } = await take();
    names.push("page" in data ? `${data.order_id}${data.page}` : data.order_id);
  }
  return names;
}

const order = (order_id: string) => addOrderJobs(redis, queue, [{ order_id, run: 1 }]);
const pagesOf = (order_id: string, count: number) =>
  Array.from({ length: count }, (_, index): PageJob => ({ order_id, run: 1, attempt: 1, page: index + 1 }));

/** A document of `count` pages, whose order's job waits for them. */
async function document(order_id: string, count: number): Promise<void> {
  await queue.add("order", { order_id, run: 1 }, { jobId: jobId(order_id, 1), lifo: true });
  const job = await take();
  await addPageJobs(redis, queue, pagesOf(order_id, count));
  expect(await job.moveToWaitingChildren(token)).toBe(true);
}

test("orders are taken in the sequence in which they were added, together or one by one", async () => {
  for (const id of ["a", "b", "c"]) await order(id);
  expect(await taken(1)).toEqual(["a"]);
  const more = ["d", "e", "f"].map((order_id) => ({ order_id, run: 1 }));
  await addOrderJobs(redis, queue, more);
  await order("g");
  expect(await taken(6)).toEqual(["b", "c", "d", "e", "f", "g"]);
});

test("an order is taken between the pages of a document, and documents alternate", async () => {
  await document("x", 5);
  expect(await taken(1)).toEqual(["x1"]);
  await order("a");
  await document("y", 3);
  await order("b");
  expect(await taken(9)).toEqual(["x2", "a", "y1", "b", "x3", "y2", "x4", "y3", "x5"]);
});

test("a document makes progress, however many orders are added", async () => {
  await document("x", 3);
  const names: string[] = [];
  for (let step = 0; step < 40; step++) {
    // Adds twice as many orders as are taken.
    for (const half of ["m", "n"]) await order(`${half}${step}`);
    names.push(...(await taken(1)));
  }
  expect(names).toEqual(expect.arrayContaining(["x1", "x2", "x3"]));
});

test("pages that are added again exist once", async () => {
  await document("x", 3);
  await addPageJobs(redis, queue, pagesOf("x", 4));
  expect(await taken(4)).toEqual(["x1", "x2", "x3", "x4"]);
});

test("an order's job is taken again after its last page is done or given up", async () => {
  await document("x", 3);
  await (await take()).moveToCompleted(undefined, token, false);
  await (await take()).moveToFailed(new UnrecoverableError("not a page"), token, false);
  expect(await queue.getPrioritizedCount()).toBe(1);
  await (await take()).moveToCompleted(undefined, token, false);
  expect(await taken(1)).toEqual(["x"]);
  expect(await redis.keys("bull:orders:x.1.1.*")).toEqual([]);
});

test("removing a run's jobs leaves those that a worker holds", async () => {
  await document("x", 3);
  const page = await take();
  await removeJobs(queue, { order_id: "x", run: 1 });
  expect(await redis.keys("bull:orders:x.1.1.?")).toEqual([`bull:orders:${page.id}`]);
  await page.moveToCompleted(undefined, token, false);
  expect(await taken(1)).toEqual(["x"]);
});

test("all jobs of a run are removed when no worker holds any", async () => {
  await document("x", 3);
  await removeJobs(queue, { order_id: "x", run: 1 });
  expect(await redis.keys("bull:orders:x*")).toEqual([]);
  await removeJobs(queue, { order_id: "x", run: 1 });
});

test("a job's id identifies the order or page", () => {
  const page: PageJob = { order_id: randomUUID(), run: 2, attempt: 3, page: 14 };
  const { order_id, run } = page;
  expect(parseJobId(jobId(order_id, run))).toEqual({ order_id, run });
  expect(parseJobId(pageJobId(page))).toEqual(page);
});
