import { expect, test } from "vitest";
import { snapshotOf } from "../../../../../tests/redis/order-snapshot.ts";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  claimSuspected,
  letSuspicionStand,
  pageJob,
  sampleOrder,
  workerLost,
} from "../../../../../tests/redis/sample-order.ts";
import type { OrderRecord } from "../order.ts";
import { summarize } from "../order-events.ts";
import { pagesKey, unindexedKey } from "../order-keys.ts";
import { defaultSuspicionMs, maxFailures } from "./order-attempts.ts";

const { redis, store, attempts } = orderServices();
const reason = { code: "source_unavailable", message: "busy" };

const claim = (order_id: string, run = 1, worker = "worker-2") =>
  attempts.claim({ order_id, run }, worker, workerLost);

const considerLost = (order_id: string) => claimSuspected(redis, attempts, { order_id, run: 1 });

async function running() {
  const { order_id } = await accepted(store);
  return claimed(attempts, order_id);
}

const summary = async (orderId: string) => summarize(await store.eventsAfter(orderId, "0"));

test("a claimed order belongs to its worker, which gets the whole record", async () => {
  const accept = await accepted(store);
  const order = await claimed(attempts, accept.order_id);
  expect(order).toMatchObject({ ...accept, status: "fetching", attempt: 1, failures: 0 });
  expect(order).toEqual(await store.find(accept.order_id));
  expect((await snapshotOf(redis, order.order_id))?.ahead).toBeUndefined();
});

test("an order of one page runs to its end, and waits for the search index", async () => {
  const order = await running();
  expect(await attempts.recognizing(order, 1)).toBe("written");
  // Repeated, because the first answer may have been lost.
  expect(await attempts.recognizing(order, 1)).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 0, pages: 1 });
  expect(await attempts.complete(order)).toBe("written");
  const snapshot = await snapshotOf(redis, order.order_id);
  expect(snapshot).toMatchObject({ record: { status: "completed", result_attempt: 1, result_pages: 1 } });
  expect(snapshot?.record).not.toHaveProperty("page");
  expect(snapshot?.pages).toEqual([]);
  expect(snapshot?.events.slice(2)).toMatchObject([
    { status: "recognizing", page: 0, pages: 1 },
    { page: 1, pages: 1 },
    { status: "completed" },
  ]);
  expect(await redis.zScore(unindexedKey, order.order_id)).toBe(snapshot?.record.finished_ms);
  expect(await claim(order.order_id)).toEqual({ state: "ended" });
});

test("a job without an order, or for another run, cannot be claimed", async () => {
  expect(await claim(sampleOrder().order_id)).toEqual({ state: "gone" });
  const { order_id, attempt } = await running();
  await attempts.fail(order_id, attempt, reason);
  expect(await claim(order_id)).toEqual({ state: "ended" });
  await store.retry(order_id);
  expect(await claim(order_id, 1)).toEqual({ state: "gone" });
  expect(await claim(order_id, 3)).toEqual({ state: "gone" });
  expect(await store.find(order_id)).toMatchObject({ status: "queued", run: 2, attempt: 1 });
  expect(await claim(order_id, 2)).toMatchObject({ state: "claimed" });
});

test("an attempt whose worker is present withdraws the suspicion, and keeps its order", async () => {
  const order = await running();
  expect(await claim(order.order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order.order_id);
  expect(await attempts.hold(order)).toBe("held");
  expect(await claim(order.order_id)).toEqual({ state: "suspected" });
  expect(await attempts.complete(order)).toBe("written");
  expect(await attempts.hold(order)).toBe("lost");
});

test("an expired suspicion does not count, and a current one does not restart", async () => {
  const { order_id } = await running();
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order_id, 3 * defaultSuspicionMs);
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order_id);
  expect(await claim(order_id)).toMatchObject({ state: "lost" });
});

test("an order whose worker never came back is queued again, and fails after the last attempt", async () => {
  const { order_id } = await accepted(store);
  for (let failures = 1; failures < maxFailures; failures++) {
    await claimed(attempts, order_id);
    expect(await considerLost(order_id)).toEqual({ state: "lost", failures });
    expect(await store.find(order_id)).toMatchObject({ status: "queued", failures });
    expect((await snapshotOf(redis, order_id))?.ahead).toBeDefined();
  }
  await claimed(attempts, order_id);
  expect(await considerLost(order_id)).toEqual({ state: "exhausted" });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: workerLost.code });
  const lost = Array(maxFailures).fill({ outcome: "lost", reason: workerLost });
  expect((await summary(order_id)).attempts).toMatchObject(lost);
});

test("a transient failure is retried, and the order fails after the last attempt", async () => {
  const { order_id } = await accepted(store);
  for (let failures = 1; failures < maxFailures; failures++) {
    const order = await claimed(attempts, order_id);
    expect(await attempts.release(order, "failed", reason)).toEqual({ state: "queued", failures });
  }
  const last = await claimed(attempts, order_id);
  expect(await attempts.release(last, "failed", reason)).toEqual({
    state: "exhausted",
    failures: maxFailures,
  });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: reason.code });
  await store.retry(order_id);
  const again = await claimed(attempts, order_id, 2);
  expect(await attempts.release(again, "failed", reason)).toEqual({ state: "queued", failures: 1 });
});

test("handing back does not count as a failure, however often it happens", async () => {
  const { order_id } = await accepted(store);
  for (let time = 0; time < maxFailures + 1; time++) {
    const order = await claimed(attempts, order_id);
    await attempts.recognizing(order, 1);
    expect(await attempts.release(order, "handed_back")).toEqual({ state: "queued", failures: 0 });
    const record = await store.find(order_id);
    expect(record).toMatchObject({ status: "queued" });
    expect(record).not.toHaveProperty("page");
  }
  const handedBack = { outcome: "handed_back", ended_at: expect.any(String) };
  expect((await summary(order_id)).attempts).toMatchObject(Array(maxFailures + 1).fill(handedBack));
});

const writes: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["recognizing", (order) => attempts.recognizing(order, 1)],
  ["complete", (order) => attempts.complete(order)],
  ["fail", (order) => attempts.fail(order.order_id, order.attempt, reason)],
  ["release", (order) => attempts.release(order, "failed", reason)],
  ["release by handing back", (order) => attempts.release(order, "handed_back")],
];

/** The ways in which an attempt loses its order. */
const losses: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["was considered lost", ({ order_id }) => considerLost(order_id)],
  [
    "was taken over",
    async ({ order_id }) => {
      await considerLost(order_id);
      await claimed(attempts, order_id, 1, "worker-2");
    },
  ],
  [
    "was taken over by an attempt that completed it",
    async ({ order_id }) => {
      await considerLost(order_id);
      await attempts.complete(await claimed(attempts, order_id, 1, "worker-2"));
    },
  ],
  [
    "failed, and was retried as another run",
    async ({ order_id, attempt }) => {
      await attempts.fail(order_id, attempt, reason);
      await store.retry(order_id);
      await claimed(attempts, order_id, 2, "worker-2");
    },
  ],
  ["was cancelled", ({ order_id }) => store.cancel(order_id)],
  ["was revoked", (order) => store.revoke(order)],
  ["was given up", ({ order_id, run }) => attempts.giveUp({ order_id, run }, reason)],
];
const spreading: (typeof losses)[number] = ["is spread", (order) => attempts.recognizing(order, 2)];

const ends = writes.filter(([name]) => name !== "recognizing");
const lostWrites = [
  ...losses.flatMap(([loss, lose]) => writes.map(([name, write]) => [name, loss, lose, write] as const)),
  ...ends.map(([name, write]) => [name, ...spreading, write] as const),
];

test.each(lostWrites)("%s changes nothing when the order %s", async (_name, _loss, lose, write) => {
  const order = await running();
  await lose(order);
  const before = await snapshotOf(redis, order.order_id);
  const keys = (await redis.keys("*")).sort();
  expect([await write(order)].flat()).toSatisfy(
    ([reply]: [string | { state: string }]) => (typeof reply === "string" ? reply : reply.state) === "lost",
  );
  expect(await snapshotOf(redis, order.order_id)).toEqual(before);
  expect((await redis.keys("*")).sort()).toEqual(keys);
});

test("the result that counts is that of the attempt that had the order", async () => {
  const first = await running();
  await considerLost(first.order_id);
  const second = await claimed(attempts, first.order_id);
  expect(await attempts.complete(first)).toBe("lost");
  expect(await attempts.complete(second)).toBe("written");
  expect(await attempts.complete(second)).toBe("lost");
  expect(await store.find(first.order_id)).toMatchObject({ result_attempt: 2 });
});

test("an order whose job the queue gives up fails, but only in the job's own run", async () => {
  const { order_id } = await accepted(store);
  expect(await attempts.giveUp({ order_id, run: 2 }, reason)).toBe("lost");
  expect(await attempts.giveUp({ order_id, run: 1 }, reason)).toBe("written");
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: reason.code });
  expect(await attempts.giveUp({ order_id, run: 1 }, workerLost)).toBe("lost");
  await store.retry(order_id);
  await claimed(attempts, order_id, 2);
  expect(await attempts.giveUp({ order_id, run: 1 }, reason)).toBe("lost");
  expect(await store.find(order_id)).toMatchObject({ status: "fetching" });
  expect(await attempts.giveUp({ order_id, run: 2 }, reason)).toBe("written");
  expect((await summary(order_id)).attempts).toMatchObject([{ attempt: 1, outcome: "failed", reason }]);
});

test("an attempt that ended before the queue gave up keeps its own outcome", async () => {
  const order = await running();
  await attempts.release(order, "handed_back");
  await attempts.giveUp(order, reason);
  const { history, attempts: ended } = await summary(order.order_id);
  expect(history.map(({ status }) => status)).toEqual(["queued", "fetching", "queued", "failed"]);
  expect(ended).toMatchObject([{ attempt: 1, outcome: "handed_back" }]);
  expect(ended[0]).not.toHaveProperty("reason");
});

/** An order whose document has `pages` pages. */
async function spread(pages: number) {
  const order = await running();
  expect(await attempts.recognizing(order, pages)).toBe("written");
  return order;
}

const noText = { code: "no_text_found", message: "Nothing there." };
const damaged = (page: number) => ({ code: "page_damaged", message: `Page ${page}\nis damaged.` });
const read = (order: OrderRecord, page: number, worker = "worker-1") =>
  attempts.endPage(pageJob(order, page), worker, "read");
const empty = (order: OrderRecord, page: number) =>
  attempts.endPage(pageJob(order, page), "worker-1", "empty", noText);
const fail = (order: OrderRecord, page: number) =>
  attempts.endPage(pageJob(order, page), "worker-1", "failed", damaged(page));

test("an order of several pages ends with its last page, as completed if any page was read", async () => {
  const order = await spread(3);
  expect(await empty(order, 3)).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 1, pages: 3 });
  expect(await read(order, 1, "worker-2")).toBe("written");
  expect(await fail(order, 2)).toBe("last");
  const snapshot = await snapshotOf(redis, order.order_id);
  expect(snapshot).toMatchObject({ record: { status: "completed", result_attempt: 1, result_pages: 3 } });
  for (const gone of ["page", "pages", "reason_code"]) expect(snapshot?.record).not.toHaveProperty(gone);
  expect(snapshot?.pages).toEqual([
    { page: 1, outcome: "read" },
    { page: 2, outcome: "failed", reason: damaged(2) },
    { page: 3, outcome: "empty" },
  ]);
  expect(snapshot?.events.slice(2)).toMatchObject([
    { status: "recognizing", page: 0, pages: 3 },
    { page: 1, pages: 3, worker: "worker-1" },
    { page: 2, pages: 3, worker: "worker-2" },
    { page: 3, pages: 3, worker: "worker-1" },
    { status: "completed", attempt: 1, outcome: "completed" },
  ]);
  expect((await summary(order.order_id)).attempts).toHaveLength(1);
  expect(await redis.zScore(unindexedKey, order.order_id)).not.toBeNull();
  expect(await redis.ttl(pagesKey(order.order_id, 1))).toBeGreaterThan(0);
});

test("an order without any readable page fails, with the reason of its first failed page", async () => {
  const order = await spread(3);
  await fail(order, 3);
  await empty(order, 1);
  expect(await fail(order, 2)).toBe("last");
  const record = await store.find(order.order_id);
  expect(record).toMatchObject({ status: "failed", reason_code: "page_damaged" });
  expect(record?.reason_message).toBe(damaged(2).message);
  expect(await redis.zScore(unindexedKey, order.order_id)).toBeNull();
});

test("an order whose pages are all empty fails with that reason", async () => {
  const order = await spread(2);
  await empty(order, 2);
  expect(await empty(order, 1)).toBe("last");
  expect(await store.find(order.order_id)).toMatchObject({
    status: "failed",
    reason_code: noText.code,
    reason_message: noText.message,
  });
});

test("a spread order belongs to no worker, and a claim returns the pages still to be read", async () => {
  const order = await spread(12);
  for (const page of [2, 10]) await read(order, page);
  const claimedPages = [1, 3, 4, 5, 6, 7, 8, 9, 11, 12];
  await claimedPage(attempts, pageJob(order, 3));
  const answer = { state: "spread", order: { attempt: 1, pages: 12 }, pending: claimedPages };
  expect(await claim(order.order_id)).toMatchObject(answer);
  expect(await considerLost(order.order_id)).toMatchObject(answer);
  expect(await attempts.hold(order)).toBe("held");
});

test("a page ends once", async () => {
  const order = await spread(2);
  expect(await read(order, 1)).toBe("written");
  expect(await fail(order, 1)).toBe("lost");
  expect(await store.find(order.order_id)).toMatchObject({ page: 1 });
  expect(await attempts.claimPage(pageJob(order, 1), "worker-2", workerLost)).toEqual({ state: "ended" });
});

test("a page whose worker never came back is read by another, and at last fails alone", async () => {
  const order = await spread(2);
  for (let failures = 0; failures < maxFailures; failures++) {
    expect(await claimedPage(attempts, pageJob(order, 1))).toMatchObject({ failures, request_id: "r" });
  }
  expect(await attempts.claimPage(pageJob(order, 1), "worker-2", workerLost)).toEqual({ state: "exhausted" });
  expect(await read(order, 2)).toBe("last");
  const snapshot = await snapshotOf(redis, order.order_id);
  expect(snapshot?.record).toMatchObject({ status: "completed", failures: 0 });
  expect(snapshot?.pages[0]).toEqual({ page: 1, outcome: "failed", reason: workerLost });
});

test("a transient failure of a page is retried, and at last the page fails alone", async () => {
  const order = await spread(2);
  await read(order, 2);
  for (let failures = 1; failures < maxFailures; failures++) {
    const page = await claimedPage(attempts, pageJob(order, 1));
    expect(await attempts.releasePage(page, "failed", reason)).toEqual({ state: "queued", failures });
    expect(await attempts.releasePage(page, "failed", reason)).toMatchObject({ state: "lost" });
  }
  const last = await claimedPage(attempts, pageJob(order, 1));
  expect(await attempts.releasePage(last, "failed", reason)).toEqual({
    state: "exhausted",
    failures: maxFailures,
  });
  expect(await store.find(order.order_id)).toMatchObject({ status: "completed" });
});

test("handing a page back does not count as a failure, however often it happens", async () => {
  const order = await spread(2);
  for (let time = 0; time < maxFailures + 1; time++) {
    const page = await claimedPage(attempts, pageJob(order, 1));
    expect(await attempts.releasePage(page, "handed_back")).toEqual({ state: "queued", failures: 0 });
  }
});

test("a worker that lost a page cannot put it back, but may end it", async () => {
  const order = await spread(2);
  const first = await claimedPage(attempts, pageJob(order, 1));
  const second = await claimedPage(attempts, pageJob(order, 1), "worker-2");
  expect(await attempts.releasePage(first, "handed_back")).toMatchObject({ state: "lost" });
  expect(await read(order, 1)).toBe("written");
  expect(await attempts.releasePage(second, "failed", reason)).toMatchObject({ state: "lost" });
});

const pageWrites: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["claiming a page", async (order) => (await attempts.claimPage(pageJob(order, 1), "w", workerLost)).state],
  ["ending a page", (order) => read(order, 1)],
  ["ending the last page", (order) => read(order, 2)],
];

const pageLosses: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["was cancelled", ({ order_id }) => store.cancel(order_id)],
  ["was revoked", (order) => store.revoke(order)],
  ["was given up", (order) => attempts.giveUp(order, reason)],
  [
    "was retried as another run",
    async (order) => {
      await attempts.giveUp(order, reason);
      await store.retry(order.order_id);
      await attempts.recognizing(await claimed(attempts, order.order_id, 2), 2);
    },
  ],
];

const lostPageWrites = pageLosses.flatMap(([loss, lose]) =>
  pageWrites.map(([name, write]) => [name, loss, lose, write] as const),
);

test.each(lostPageWrites)("%s changes nothing when the order %s", async (_name, _loss, lose, write) => {
  const order = await spread(3);
  const page = await claimedPage(attempts, pageJob(order, 3));
  await read(order, 1);
  await lose(order);
  const before = await snapshotOf(redis, order.order_id);
  const keys = (await redis.keys("*")).sort();
  expect(await write(order)).toBeOneOf(["lost", "gone"]);
  expect(await attempts.releasePage(page, "failed", reason)).toMatchObject({ state: "lost" });
  expect(await snapshotOf(redis, order.order_id)).toEqual(before);
  expect((await redis.keys("*")).sort()).toEqual(keys);
});

test("a retried order shows nothing of the pages of its last run", async () => {
  const order = await spread(2);
  await fail(order, 1);
  await fail(order, 2);
  expect((await snapshotOf(redis, order.order_id))?.pages).toHaveLength(2);
  await store.retry(order.order_id);
  expect((await snapshotOf(redis, order.order_id))?.pages).toEqual([]);
  expect(await redis.exists(pagesKey(order.order_id, 1))).toBe(0);
});
