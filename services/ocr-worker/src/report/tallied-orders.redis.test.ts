import { expect, test } from "vitest";
import { makePdf, scanned } from "../../../../tests/documents.ts";
import { openOrderWorkers } from "../../../../tests/redis/order-workers.ts";

const workers = await openOrderWorkers();

/** The figures of a worker after it ended an order for this document. */
async function tallied(body: Buffer | string, status = 200) {
  workers.answers.deed = () => ({ status, body });
  const { tally, close } = workers.startWorker();
  const order = await workers.ended(await workers.order("deed"));
  // The end is in Redis before the worker counts it.
  await close();
  const { pages, orders, failures, durations } = tally.take();
  const read = [...durations.values()].reduce((sum, count) => sum + count, 0);
  expect(read).toBe(pages);
  return { status: order?.status, pages, orders, failures: Object.fromEntries(failures), tally };
}

test("a document of several pages counts as one order, and each page that is read counts", async () => {
  const document = await makePdf(scanned("First page"), scanned("Second page"), () => {});
  expect(await tallied(document)).toMatchObject({
    ...{ status: "completed", pages: 3, orders: 1, failures: {} },
  });
});

test.each([1, 2])("a document of %d pages without text counts as one failure", async (pages) => {
  const document = await makePdf(...Array(pages).fill(() => {}));
  expect(await tallied(document)).toMatchObject({
    ...{ status: "failed", pages, orders: 1, failures: { no_text_found: 1 } },
  });
});

test("a document that is not there counts as a failure of the order, not of the source", async () => {
  const { tally, ...figures } = await tallied("", 404);
  expect(figures).toEqual({ status: "failed", pages: 0, orders: 1, failures: { document_not_found: 1 } });
  expect(tally.source).toMatchObject({ answers: true });
});

test("each attempt that fails counts, and its order counts once", async () => {
  const { tally, ...figures } = await tallied("", 503);
  expect(figures).toEqual({ status: "failed", pages: 0, orders: 1, failures: { source_unavailable: 5 } });
  expect(tally.source).toMatchObject({ answers: false });
});
