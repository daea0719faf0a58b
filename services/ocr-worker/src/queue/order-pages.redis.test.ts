import { delayedKey, pagesKey, recordKey } from "@orbital-witness/common/orders/order-keys.ts";
import { maxFailures } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { defaultLeaseMs, parseItem } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { beforeEach, expect, test, vi } from "vitest";
import { damageTiff, drawTiff } from "../../../../tests/documents.ts";
import { openOrderWorkers, slowDocument } from "../../../../tests/redis/order-workers.ts";
import { claimed, claimedPage, endLeases } from "../../../../tests/redis/sample-order.ts";
import { leaseText } from "../../../../tests/scan.ts";
import { ProcessPageReader } from "../page-process/page-reader.ts";

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

/** An order with one page for each of `lines`, whose pages are in the queue. No worker runs. */
async function withPagesInQueue() {
  const id = await workers.order("deed");
  const order = await claimed(workers, id, "first");
  await workers.results.save(order, "document", tiff);
  await workers.attempts.recognizing(order, lines.length);
  return id;
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
  await workers.queueIsEmpty();
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
  await workers.queueIsEmpty();
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
  await workers.queueIsEmpty();
});

test("cancelling stops the page being read and all pages after it", async () => {
  const both = ["first", "second"].map((name) => workers.startWorker(name));
  await Promise.all(both.map((worker) => worker.reads()));
  const id = await workers.order("transfer");
  await expect.poll(() => readPages(id), { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
  expect(await workers.store.cancel(id)).toBe("cancelled");
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ text: leaseText });
  expect(await workers.summary(id)).toMatchObject({ status: "cancelled" });
  await workers.queueIsEmpty();
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
  await expect.poll(() => workers.redis.hKeys(pagesKey(id)), { timeout: 60_000 }).toContain("1:claim");
  await worker.close();
  const fields = await workers.redis.hKeys(pagesKey(id));
  expect(fields.filter((field) => /claim|failures/.test(field))).toEqual([]);
  expect(await workers.summary(id)).toMatchObject({ status: "recognizing", attempts: ["stopping"] });
  workers.startWorker("next");
  expect(await workers.ended(id)).toMatchObject({ status: "completed", result_pages: slowPages });
});

test("pages that wait are read although the worker that counted them is gone", async () => {
  const id = await withPagesInQueue();
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({ text, attempts: ["first completed"], failures: 0 });
  await workers.queueIsEmpty();
});

test("only the page of a dead worker is read by another worker", async () => {
  const id = await withPagesInQueue();
  const died = await claimedPage(workers, id, "dead");
  expect(died.page).toBe(1);
  await endLeases(workers.redis, id);
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({
    ...{ text, failures: 0, attempts: ["first completed"], readers: Array(4).fill("ocr-worker-1") },
    pages: lines.map((_, index) => ({ page: index + 1, outcome: "read" })),
  });
  await workers.queueIsEmpty();
});

test("a worker that starts again reads the page that it had, without waiting for its lease", async () => {
  const id = await withPagesInQueue();
  const { page } = await claimedPage(workers, id, "ocr-worker-1");
  workers.startWorker("ocr-worker-1");
  const failures = () => workers.redis.hGet(pagesKey(id), `${page}:failures`);
  await expect.poll(failures, { timeout: defaultLeaseMs / 2 }).toBe("1");
  expect(await workers.ended(id)).toMatchObject({ text, failures: 0 });
  await workers.queueIsEmpty();
});

test("a page that cannot be claimed is put aside, and the others are read", async () => {
  const id = await withPagesInQueue();
  const broken = await workers.order("lease");
  await workers.redis.del(recordKey(broken));
  await workers.redis.set(recordKey(broken), "not a record");
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({ text });
  const putAside = await workers.redis.zRange(delayedKey, 0, -1);
  expect(putAside.map((item) => parseItem(item).order_id)).toEqual([broken]);
});

test("a transient failure of a page is retried", async () => {
  const id = await withPagesInQueue();
  const ref = { order_id: id, attempt: 1 };
  await workers.results.remove(ref, "document");
  workers.startWorker();
  const failures = () => workers.redis.hGet(pagesKey(id), "1:failures");
  await expect.poll(failures, { timeout: 30_000 }).toBe("1");
  await workers.results.save(ref, "document", tiff);
  expect(await workers.ended(id)).toMatchObject({ text, failures: 0 });
});

test("a page that failed too often tells how to get it, although its order is completed", async () => {
  const id = await withPagesInQueue();
  await workers.redis.hSet(pagesKey(id), "1:failures", String(maxFailures - 1));
  const read = vi.spyOn(ProcessPageReader.prototype, "read");
  read.mockRejectedValueOnce(new Error("a fault of ours"));
  workers.startWorker();
  const { pages, status } = await workers.ended(id);
  read.mockRestore();
  expect(status).toBe("completed");
  const message = expect.stringContaining("order the document again");
  expect(pages[0]).toMatchObject({ page: 1, outcome: "failed", reason: { code: "internal_error", message } });
});
