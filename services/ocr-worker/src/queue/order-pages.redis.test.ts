import { pagesKey } from "@orbital-witness/common/orders/order-keys.ts";
import {
  addPageJobs,
  jobId,
  type PageJob,
  pageJobId,
} from "@orbital-witness/common/orders/queue/order-queue.ts";
import { beforeEach, expect, test } from "vitest";
import { damageTiff, drawTiff } from "../../../../tests/documents.ts";
import { openOrderWorkers, slowDocument } from "../../../../tests/redis/order-workers.ts";
import { claimed, claimedPage, pageJob } from "../../../../tests/redis/sample-order.ts";
import { leaseText } from "../../../../tests/scan.ts";

const lines = ["The first page", "The second page", "The third page", "The fourth page"];
const text = lines.join("\n");
const tiff = await drawTiff(lines);

const slowPages = 6;
const slow = await slowDocument(slowPages);

const workers = await openOrderWorkers();
beforeEach(() => {
  workers.answers.deed = () => ({ status: 200, body: tiff });
  workers.answers.transfer = () => ({ status: 200, body: slow });
});

const readPages = async (orderId: string) => (await workers.summary(orderId)).page ?? 0;

async function documentIsThere(order_id: string): Promise<boolean> {
  return (await workers.results.file({ order_id, attempt: 1 }, "document")) !== undefined;
}

/**
 * An order with one page for each of `lines`. Its worker died when `pagesQueued` of the pages were in the
 * queue.
 */
async function coordinatedByDead(pagesQueued: number) {
  const id = await workers.order("deed");
  const order = await claimed(workers.attempts, id, 1, "dead");
  await workers.results.save(order, "document", tiff);
  await workers.attempts.recognizing(order, lines.length);
  const pages = lines.map((_, index) => pageJob(order, index + 1));
  await addPageJobs(workers.redis, workers.queue, pages.slice(0, pagesQueued));
  return { id, pages };
}

test("the pages of a document are read by all workers", async () => {
  const both = ["first", "second"].map((name) => workers.startWorker(name));
  await Promise.all(both.map((worker) => worker.reads()));
  const id = await workers.order("deed");
  const order = await workers.ended(id);
  expect(order).toMatchObject({
    ...{ status: "completed", text, result_pages: 4, failures: 0 },
    history: ["queued", "fetching", "recognizing", "completed"],
    pages: lines.map((_, index) => ({ page: index + 1, outcome: "read" })),
  });
  expect(order.attempts).toHaveLength(1);
  expect(order.readers).toHaveLength(4);
  expect(new Set(order.readers)).toEqual(new Set(["first", "second"]));
  await workers.noJobs();
  expect(await documentIsThere(id)).toBe(true);
});

test("a short order is completed between the pages of a long one", async () => {
  workers.startWorker();
  const long = await workers.order("transfer");
  await expect.poll(() => readPages(long), { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ text: leaseText });
  expect(await workers.status(long)).toBe("recognizing");
  await workers.store.cancel(long);
});

test("a document with a damaged page and an empty one is completed, and reports both", async () => {
  const pages = await drawTiff(["The first page", "damaged", "", "The fourth page"], {
    compression: "deflate",
  });
  workers.answers.deed = () => ({ status: 200, body: damageTiff(pages, 1) });
  workers.startWorker();
  const order = await workers.ended(await workers.order("deed"));
  expect(order).toMatchObject({
    ...{ status: "completed", text: "The first page\nThe fourth page", result_pages: 4 },
    pages: [
      { page: 1, outcome: "read" },
      { page: 2, outcome: "failed", reason: { code: "page_damaged" } },
      { page: 3, outcome: "empty" },
      { page: 4, outcome: "read" },
    ],
  });
  await workers.noJobs();
});

test.each([
  ["no page has any text", ["", "", ""], undefined, "no_text_found"],
  ["a page is damaged and the others are empty", ["", "damaged", ""], 1, "page_damaged"],
])("a document fails if %s", async (_name, written, broken, reason_code) => {
  const pages = await drawTiff(written, { compression: "deflate" });
  workers.answers.deed = () => ({ status: 200, body: broken ? damageTiff(pages, broken) : pages });
  workers.startWorker();
  const order = await workers.ended(await workers.order("deed"));
  expect(order).toMatchObject({ status: "failed", reason_code });
  expect(order).not.toHaveProperty("result_attempt");
  await workers.noJobs();
});

test("cancelling stops the page being read and all pages after it", async () => {
  const both = ["first", "second"].map((name) => workers.startWorker(name));
  await Promise.all(both.map((worker) => worker.reads()));
  const id = await workers.order("transfer");
  await expect.poll(() => readPages(id), { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
  expect(await workers.store.cancel(id)).toMatchObject({ outcome: "cancelled" });
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ text: leaseText });
  expect(await workers.summary(id)).toMatchObject({ status: "cancelled" });
  await workers.noJobs();
  const read = await Promise.all(
    Array.from({ length: slowPages }, (_, index) => index + 1).map((page) =>
      workers.results.page({ order_id: id, attempt: 1 }, page),
    ),
  );
  expect(read.filter(Boolean).length).toBeLessThan(slowPages);
});

test("a worker that stops hands its page back, and another reads it", async () => {
  const worker = workers.startWorker("stopping", { finishMs: 0 });
  const id = await workers.order("transfer");
  await expect.poll(() => workers.redis.hKeys(pagesKey(id, 1)), { timeout: 60_000 }).toContain("1:claim");
  await worker.close();
  const fields = await workers.redis.hKeys(pagesKey(id, 1));
  expect(fields.filter((field) => /claim|failures/.test(field))).toEqual([]);
  expect(await workers.summary(id)).toMatchObject({ status: "recognizing", attempts: ["stopping"] });
  workers.startWorker("next");
  expect(await workers.ended(id)).toMatchObject({ status: "completed", result_pages: slowPages });
}, 60_000);

test.each([0, 2, 4])(
  "a worker that died when %i of 4 pages were in the queue costs no page",
  async (queued) => {
    const { id } = await coordinatedByDead(queued);
    await workers.leave(jobId(id, 1));
    workers.startWorker();
    expect(await workers.ended(id)).toMatchObject({ text, attempts: ["dead completed"], failures: 0 });
    await workers.noJobs();
  },
);

test("only the page of a dead worker is read by another worker", async () => {
  const { id, pages } = await coordinatedByDead(4);
  const [, died] = pages as [PageJob, PageJob];
  await claimedPage(workers.attempts, died, "dead");
  await workers.leave(pageJobId(died));
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({
    ...{ text, failures: 0, attempts: ["dead completed"], readers: Array(4).fill("ocr-worker-1") },
    pages: lines.map((_, index) => ({ page: index + 1, outcome: "read" })),
  });
  await workers.noJobs();
});

test("a page whose job was lost is queued again", async () => {
  const { id, pages } = await coordinatedByDead(4);
  for (const page of pages.slice(1, 3)) await workers.queue.remove(pageJobId(page));
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({ text, failures: 0 });
  await workers.noJobs();
});

test("a page with an invalid job fails alone", async () => {
  const { id, pages } = await coordinatedByDead(4);
  const [broken] = pages as [PageJob];
  await workers.redis.hSet(`bull:orders:${pageJobId(broken)}`, "data", JSON.stringify({ order_id: id }));
  workers.startWorker();
  const order = await workers.ended(id);
  expect(order).toMatchObject({ status: "completed", text: lines.slice(1).join("\n") });
  expect(order.pages[0]).toMatchObject({ outcome: "failed", reason: { code: "internal_error" } });
  await workers.noJobs();
});

test("a transient failure of a page is retried", async () => {
  const { id } = await coordinatedByDead(4);
  const ref = { order_id: id, attempt: 1 };
  await workers.results.remove(ref, "document");
  workers.startWorker();
  const failures = () => workers.redis.hGet(pagesKey(id, 1), "1:failures");
  await expect.poll(failures, { timeout: 30_000 }).toBe("1");
  await workers.results.save(ref, "document", tiff);
  expect(await workers.ended(id)).toMatchObject({ text, failures: 0 });
});
