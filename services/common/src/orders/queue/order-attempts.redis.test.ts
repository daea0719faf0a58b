import { afterEach, describe, expect, test } from "vitest";
import { snapshotOf } from "../../../../../tests/redis/order-snapshot.ts";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  claimedPages,
  collected,
  endDelays,
  endLeases,
  inQueue,
  sampleOrder,
  stepsOf,
  waitingItem,
  waitingItems,
  workerLost,
} from "../../../../../tests/redis/sample-order.ts";
import type { OrderRecord } from "../order.ts";
import { summarize } from "../order-events.ts";
import { leasesKey, pagesKey, unindexedKey, waitingKey, workersKey } from "../order-keys.ts";
import type { PageEnd } from "../order-pages.ts";
import { type ClaimedPage, maxFailures } from "./order-attempts.ts";
import { attemptName, defaultLeaseMs, parseItem } from "./order-queue.ts";

const services = orderServices();
const { redis, queue, store, attempts } = services;
const reason = { code: "source_unavailable", message: "busy" };

// The lease of a test must not be collected by the next one.
afterEach(() => redis.del(leasesKey));

async function running() {
  const { order_id } = await accepted(store);
  return claimed(services, order_id);
}

/** The end of a page with who read it, and at which attempt. */
function readBy(worker: string, end: PageEnd, pageAttempts = 1) {
  const times = { started_ms: expect.any(Number), ended_ms: expect.any(Number) };
  return { ...end, reading: { attempts: pageAttempts, worker, ...times } };
}

const summary = async (orderId: string) => summarize(await stepsOf(store, orderId));

/** Puts an item into the queue, as a mistake would. */
async function putItem(name: string) {
  const item = `1:${"0".repeat(13)}:${"0".repeat(12)}:${name}`;
  await redis.zAdd(waitingKey, { score: 0, value: item });
  return parseItem(item);
}

/** The lease that a free worker is told to collect. */
async function lostLease(orderId: string) {
  await endLeases(redis, orderId);
  const next = await queue.next("worker-2", "archive");
  if (next.do !== "collect") throw new Error(`the worker was not told to collect, but to ${next.do}`);
  expect(next.lease.order_id).toBe(orderId);
  return next.lease;
}

/** How long the order's lease lasts, in ms. */
async function leaseMs(order: OrderRecord): Promise<number> {
  return ((await redis.zScore(leasesKey, attemptName(order))) ?? Number.NaN) - Date.now();
}

describe("a claim", () => {
  test("gives the worker the order, its whole record and a lease", async () => {
    const accept = await accepted(store);
    const order = await claimed(services, accept.order_id);
    expect(order).toMatchObject({ ...accept, status: "fetching", attempt: 1, failures: 0 });
    expect(order).toEqual(await store.find(accept.order_id));
    expect((await snapshotOf(store, order.order_id))?.ahead).toBeUndefined();
    expect(await inQueue(redis, order.order_id)).toEqual([attemptName(order)]);
    expect(await leaseMs(order)).toBeGreaterThan(defaultLeaseMs - 5000);
  });

  test("of one item by two workers succeeds once", async () => {
    const { order_id } = await accepted(store);
    const item = await waitingItem(redis, order_id);
    const claims = await Promise.all(["worker-1", "worker-2"].map((worker) => attempts.claim(item, worker)));
    expect(claims.map(({ state }) => state)).toEqual(["claimed", "taken"]);
    expect(await store.find(order_id)).toMatchObject({ status: "fetching", attempt: 1 });
  });

  test("repeated with the same token gets the same attempt", async () => {
    const { order_id } = await accepted(store);
    const item = await waitingItem(redis, order_id);
    const first = await attempts.claim(item, "worker-1", "token");
    expect(first).toMatchObject({ state: "claimed", order: { attempt: 1 } });
    expect(await attempts.claim(item, "worker-1", "token")).toEqual(first);
    expect(await attempts.claim(item, "worker-1", "another")).toEqual({ state: "taken" });
    expect((await summary(order_id)).attempts).toHaveLength(1);
    await store.cancel(order_id);
    expect(await attempts.claim(item, "worker-1", "token")).toEqual({ state: "taken" });
  });

  test("of an item without an order, or of another run, removes only the item", async () => {
    const unknown = sampleOrder().order_id;
    expect(await attempts.claim(await putItem(`${unknown}.1`), "worker-1")).toEqual({ state: "gone" });
    const order = await running();
    const { order_id } = order;
    await attempts.fail(order, reason);
    expect(await attempts.claim(await putItem(`${order_id}.1`), "worker-1")).toEqual({ state: "gone" });
    await store.retry(order_id);
    for (const run of [1, 3]) {
      expect(await attempts.claim(await putItem(`${order_id}.${run}`), "worker-1")).toEqual({
        state: "gone",
      });
    }
    expect(await store.find(order_id)).toMatchObject({ status: "queued", run: 2, attempt: 1 });
    expect(await waitingItems(redis, order_id)).toHaveLength(1);
    expect(await claimed(services, order_id)).toMatchObject({ run: 2, attempt: 2 });
  });
});

test("an order of one page runs to its end, and waits for the search index", async () => {
  const order = await running();
  expect(await attempts.recognizing(order, 1)).toBe("written");
  // Repeated, because the first answer may have been lost.
  expect(await attempts.recognizing(order, 1)).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 0, pages: 1 });
  expect(await attempts.complete(order)).toBe("written");
  const snapshot = await snapshotOf(store, order.order_id);
  expect(snapshot).toMatchObject({ record: { status: "completed", result_attempt: 1, result_pages: 1 } });
  expect(snapshot?.record).not.toHaveProperty("page");
  expect(snapshot?.pages).toEqual([readBy("worker-1", { page: 1, outcome: "read" })]);
  expect(snapshot?.events.slice(2)).toMatchObject([
    { status: "recognizing", page: 0, pages: 1 },
    { status: "completed", page: 1, pages: 1 },
  ]);
  expect(await redis.zScore(unindexedKey, order.order_id)).toBe(snapshot?.record.finished_ms);
  expect(await inQueue(redis, order.order_id)).toEqual([]);
});

describe("a lease", () => {
  test("is renewed whenever it is held", async () => {
    const order = await running();
    const score = Date.now() + defaultLeaseMs / 2;
    await redis.zAdd(leasesKey, { score, value: attemptName(order) });
    expect(await attempts.hold(order, "worker-1")).toBe("held");
    expect(await leaseMs(order)).toBeGreaterThan(defaultLeaseMs - 5000);
  });

  test("that ran out is collected once, and counts one failure", async () => {
    const order = await running();
    const lease = await lostLease(order.order_id);
    const collect = () => attempts.collect(lease, workerLost);
    expect(await collect()).toEqual({ state: "queued", failures: 1 });
    expect(await collect()).toEqual({ state: "held", failures: 0 });
    expect(await store.find(order.order_id)).toMatchObject({ status: "queued", attempt: 1, failures: 1 });
    expect(await inQueue(redis, order.order_id)).toHaveLength(1);
    expect((await summary(order.order_id)).attempts).toMatchObject([{ outcome: "lost", reason: workerLost }]);
  });

  test("that ran out is kept by a worker that returns before it is collected", async () => {
    const order = await running();
    const lease = await lostLease(order.order_id);
    expect(await attempts.hold(order, "worker-1")).toBe("held");
    expect(await attempts.collect(lease, workerLost)).toEqual({ state: "held", failures: 0 });
    expect(await attempts.hold(order, "worker-1")).toBe("held");
    expect(await attempts.complete(order)).toBe("written");
    expect(await attempts.hold(order, "worker-1")).toBe("lost");
  });

  test("is not collected by a worker that learned long ago that it ran out", async () => {
    const order = await running();
    const lease = await lostLease(order.order_id);
    const late = { ...lease, seenMs: lease.seenMs - 6000 };
    expect(await attempts.collect(late, workerLost)).toEqual({ state: "held", failures: 0 });
    expect(await store.find(order.order_id)).toMatchObject({ status: "fetching", failures: 0 });
    expect(await queue.next("worker-2", "archive")).toMatchObject({
      do: "collect",
      lease: { name: lease.name },
    });
  });

  test.each([
    ["asks for work", () => queue.next("worker-2", "archive")],
    ["holds other work", async () => attempts.hold(await running(), "worker-2")],
  ])("begins anew if no worker came while it ran out, when the first worker %s", async (_name, arrive) => {
    const order = await running();
    await queue.next("worker-1", "archive");
    await endLeases(redis, order.order_id);
    // As if Redis had been away for longer than a lease lasts.
    const workers = await redis.zRange(workersKey, 0, -1);
    const score = Date.now() - 2 * defaultLeaseMs;
    await redis.zAdd(
      workersKey,
      workers.map((value) => ({ value, score })),
    );
    await arrive();
    expect(await leaseMs(order)).toBeGreaterThan(defaultLeaseMs - 5000);
    expect((await queue.next("worker-3", "archive")).do).not.toBe("collect");
    expect(await attempts.hold(order, "worker-1")).toBe("held");
  });

  test("of an order that was cancelled or revoked ends with the order", async () => {
    for (const end of [
      ({ order_id }: OrderRecord) => store.cancel(order_id),
      (order: OrderRecord) => store.revoke(order),
    ]) {
      const order = await running();
      await end(order);
      expect(await inQueue(redis, order.order_id)).toEqual([]);
      expect(await attempts.hold(order, "worker-1")).toBe("lost");
    }
  });
});

test("an order whose worker never came back is queued again, and fails after the last attempt", async () => {
  const { order_id } = await accepted(store);
  for (let failures = 1; failures < maxFailures; failures++) {
    await claimed(services, order_id);
    expect(await collected(services, order_id)).toEqual({ state: "queued", failures });
    expect(await store.find(order_id)).toMatchObject({ status: "queued", failures });
    expect((await snapshotOf(store, order_id))?.ahead).toBeDefined();
    await endDelays(services, order_id);
  }
  await claimed(services, order_id);
  expect(await collected(services, order_id)).toEqual({
    ...{ state: "exhausted", failures: maxFailures, endsOrder: true },
  });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: workerLost.code });
  const lost = Array(maxFailures).fill({ outcome: "lost", reason: workerLost });
  expect((await summary(order_id)).attempts).toMatchObject(lost);
});

test("a transient failure is retried, and the order fails after the last attempt", async () => {
  const { order_id } = await accepted(store);
  for (let failures = 1; failures < maxFailures; failures++) {
    const order = await claimed(services, order_id);
    expect(await attempts.release(order, "failed", reason)).toEqual({ state: "queued", failures });
    await endDelays(services, order_id);
  }
  const last = await claimed(services, order_id);
  expect(await attempts.release(last, "failed", reason)).toEqual({
    ...{ state: "exhausted", failures: maxFailures, endsOrder: true },
  });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: reason.code });
  await store.retry(order_id);
  const again = await claimed(services, order_id);
  expect(await attempts.release(again, "failed", reason)).toEqual({ state: "queued", failures: 1 });
});

test("a release may allow fewer failures, and may put the order behind its user's others", async () => {
  const order = await running();
  const { user_id, order_id } = order;
  const other = await accepted(store, { user_id });
  const last = { last: true, delayMs: 0 };
  expect(await attempts.release(order, "failed", reason, last)).toMatchObject({ state: "queued" });
  const ahead = (id: string) => store.overview(id).then((found) => found?.ahead ?? Number.NaN);
  expect(await ahead(order_id)).toBeGreaterThan(await ahead(other.order_id));
  const again = await claimed(services, order_id);
  const released = await attempts.release(again, "failed", reason, { maxFailures: 2 });
  expect(released).toEqual({ state: "exhausted", failures: 2, endsOrder: true });
});

test("handing back does not count as a failure, however often it happens", async () => {
  const { order_id } = await accepted(store);
  const item = await waitingItem(redis, order_id);
  for (let time = 0; time < maxFailures + 1; time++) {
    const order = await claimed(services, order_id);
    await attempts.recognizing(order, 1);
    expect(await attempts.release(order, "handed_back")).toEqual({ state: "queued", failures: 0 });
    const record = await store.find(order_id);
    expect(record).toMatchObject({ status: "queued" });
    expect(record).not.toHaveProperty("page");
    // It keeps its place.
    expect(await waitingItem(redis, order_id)).toEqual(item);
  }
  const handedBack = { outcome: "handed_back", ended_at: expect.any(String) };
  expect((await summary(order_id)).attempts).toMatchObject(Array(maxFailures + 1).fill(handedBack));
});

test("an attempt that ended before the order was cancelled keeps its own outcome", async () => {
  const order = await running();
  await attempts.release(order, "handed_back");
  await store.cancel(order.order_id);
  const { history, attempts: ended } = await summary(order.order_id);
  expect(history.map(({ status }) => status)).toEqual(["queued", "fetching", "queued", "cancelled"]);
  expect(ended).toMatchObject([{ attempt: 1, outcome: "handed_back" }]);
  expect(ended[0]).not.toHaveProperty("reason");
});

const writes: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["recognizing", (order) => attempts.recognizing(order, 1)],
  ["complete", (order) => attempts.complete(order)],
  ["fail", (order) => attempts.fail(order, reason)],
  ["release", (order) => attempts.release(order, "failed", reason)],
  ["release by handing back", (order) => attempts.release(order, "handed_back")],
];

async function takenOver(order_id: string): Promise<OrderRecord> {
  await collected(services, order_id);
  await endDelays(services, order_id);
  return claimed(services, order_id, "worker-2");
}

/** The ways in which an attempt loses its order. */
const losses: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["was considered lost", ({ order_id }) => collected(services, order_id)],
  ["was taken over", ({ order_id }) => takenOver(order_id)],
  [
    "was taken over by an attempt that completed it",
    async ({ order_id }) => attempts.complete(await takenOver(order_id)),
  ],
  [
    "failed, and was retried as another run",
    async (order) => {
      await attempts.fail(order, reason);
      await store.retry(order.order_id);
      await claimed(services, order.order_id, "worker-2");
    },
  ],
  ["was cancelled", ({ order_id }) => store.cancel(order_id)],
  ["was revoked", (order) => store.revoke(order)],
];
const spreading: (typeof losses)[number] = ["is spread", (order) => attempts.recognizing(order, 2)];

const ends = writes.filter(([name]) => name !== "recognizing");
const lostWrites = [
  ...losses.flatMap(([loss, lose]) => writes.map(([name, write]) => [name, loss, lose, write] as const)),
  ...ends.map(([name, write]) => [name, ...spreading, write] as const),
];

test.each(lostWrites)("%s changes nothing when the order %s", async (_name, _loss, lose, write) => {
  const order = await running();
  const { order_id } = order;
  await lose(order);
  const before = [await snapshotOf(store, order_id), await inQueue(redis, order_id)];
  const keys = (await redis.keys("*")).sort();
  expect([await write(order)].flat()).toSatisfy(
    ([reply]: [string | { state: string }]) => (typeof reply === "string" ? reply : reply.state) === "lost",
  );
  expect([await snapshotOf(store, order_id), await inQueue(redis, order_id)]).toEqual(before);
  expect((await redis.keys("*")).sort()).toEqual(keys);
});

test("the result that counts is that of the attempt that had the order", async () => {
  const first = await running();
  const second = await takenOver(first.order_id);
  expect(await attempts.complete(first)).toBe("lost");
  expect(await attempts.complete(second)).toBe("written");
  expect(await attempts.complete(second)).toBe("lost");
  expect(await store.find(first.order_id)).toMatchObject({ result_attempt: 2 });
});

/** An order whose document has `pages` pages, which wait for workers. */
async function spread(pages: number) {
  const order = await running();
  expect(await attempts.recognizing(order, pages)).toBe("written");
  return order;
}

/** The same, with all its pages claimed, one by each of these workers. */
async function readByMany(...workers: string[]) {
  const order = await spread(workers.length);
  return { order, page: await claimedPages(services, order.order_id, workers) };
}

const noText = { code: "no_text_found", message: "Nothing there." };
const damaged = (page: number) => ({ code: "page_damaged", message: `Page ${page}\nis damaged.` });
const read = (page: ClaimedPage) => attempts.endPage(page, "read");
const empty = (page: ClaimedPage) => attempts.endPage(page, "empty", noText);
const fail = (page: ClaimedPage) => attempts.endPage(page, "failed", damaged(page.page));

test("an order of several pages ends with its last page, as completed if any page was read", async () => {
  const { order, page } = await readByMany("worker-2", "worker-1", "worker-1");
  expect(await empty(page(3))).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 1, pages: 3 });
  expect(await read(page(1))).toBe("written");
  expect(await fail(page(2))).toBe("last");
  const snapshot = await snapshotOf(store, order.order_id);
  expect(snapshot).toMatchObject({ record: { status: "completed", result_attempt: 1, result_pages: 3 } });
  for (const gone of ["page", "pages", "reason_code"]) expect(snapshot?.record).not.toHaveProperty(gone);
  expect(snapshot?.pages).toEqual([
    readBy("worker-2", { page: 1, outcome: "read" }),
    readBy("worker-1", { page: 2, outcome: "failed", reason: damaged(2) }),
    readBy("worker-1", { page: 3, outcome: "empty" }),
  ]);
  expect(snapshot?.events.slice(2)).toMatchObject([
    { status: "recognizing", page: 0, pages: 3 },
    { status: "completed", attempt: 1, outcome: "completed", page: 3, pages: 3 },
  ]);
  expect((await summary(order.order_id)).attempts).toHaveLength(1);
  expect(await redis.zScore(unindexedKey, order.order_id)).not.toBeNull();
  expect(await inQueue(redis, order.order_id)).toEqual([]);
});

test("an order without any readable page fails, with the reason of its first failed page", async () => {
  const { order, page } = await readByMany("worker-1", "worker-2", "worker-3");
  await fail(page(3));
  await empty(page(1));
  expect(await fail(page(2))).toBe("last");
  const record = await store.find(order.order_id);
  expect(record).toMatchObject({ status: "failed", reason_code: "page_damaged" });
  expect(record?.reason_message).toBe(damaged(2).message);
  expect(await redis.zScore(unindexedKey, order.order_id)).toBeNull();
});

test("an order whose pages are all empty fails with that reason", async () => {
  const { order, page } = await readByMany("worker-1", "worker-2");
  await empty(page(2));
  expect(await empty(page(1))).toBe("empty");
  expect(await store.find(order.order_id)).toMatchObject({
    status: "failed",
    reason_code: noText.code,
    reason_message: noText.message,
  });
});

test("a spread order belongs to no worker, and its pages are handed out one by one", async () => {
  const order = await spread(3);
  const { order_id } = order;
  expect(await inQueue(redis, order_id)).toHaveLength(1);
  const { attempt = 0, ...item } = await waitingItem(redis, order_id);
  for (const page of [1, 2, 3]) {
    expect(await claimedPage(services, order_id)).toMatchObject({ page, failures: 0, request_id: "r" });
    expect(await waitingItems(redis, order_id)).toHaveLength(page < 3 ? 1 : 0);
  }
  expect(await attempts.claimPage({ ...item, attempt }, "worker-1")).toEqual({ state: "taken" });
  expect(await inQueue(redis, order_id)).toHaveLength(3);
});

test("a page of one item is claimed by one of two workers", async () => {
  const { order_id } = await spread(2);
  const { attempt = 0, ...item } = await waitingItem(redis, order_id);
  const claim = (worker: string) => attempts.claimPage({ ...item, attempt }, worker);
  const claims = await Promise.all(["worker-1", "worker-2"].map(claim));
  expect(claims.map(({ state }) => state)).toEqual(["claimed", "taken"]);
});

test("a claim of a page that is repeated with its token gets the same page", async () => {
  const order = await accepted(store);
  await attempts.recognizing(await claimed(services, order.order_id), 3);
  const item = await waitingItem(redis, order.order_id);
  const from = { ...item, attempt: item.attempt ?? 0 };
  const first = await attempts.claimPage(from, "worker-1", { token: "token" });
  expect(first).toMatchObject({ state: "claimed", page: { page: 1 } });
  expect(await attempts.claimPage(from, "worker-1", { token: "token", again: true })).toEqual(first);
  expect(await attempts.claimPage(from, "worker-2", { token: "other", again: true })).toEqual({
    state: "taken",
  });
  expect(await attempts.claimPage(from, "worker-1", { token: "token" })).toEqual({ state: "taken" });
});

test("a page ends once", async () => {
  const { order, page } = await readByMany("worker-1", "worker-2");
  expect(await read(page(1))).toBe("written");
  expect(await fail(page(1))).toBe("lost");
  expect(await store.find(order.order_id)).toMatchObject({ page: 1 });
  const { attempt = 0, ...item } = await putItem(`${attemptName(order)}.1`);
  expect(await attempts.claimPage({ ...item, attempt }, "worker-2")).toEqual({ state: "ended" });
  expect(await inQueue(redis, order.order_id)).toHaveLength(1);
});

test("a page whose worker never came back is read by another, and at last fails alone", async () => {
  const { order, page } = await readByMany("worker-1", "worker-2");
  const { order_id } = order;
  expect(await read(page(2))).toBe("written");
  for (let failures = 1; failures < maxFailures; failures++) {
    expect(await collected(services, order_id)).toEqual({ state: "queued", failures });
    await endDelays(services, order_id);
    expect(await claimedPage(services, order_id)).toMatchObject({ page: 1, failures });
  }
  expect(await collected(services, order_id)).toEqual({
    ...{ state: "exhausted", failures: maxFailures, endsOrder: true },
  });
  const snapshot = await snapshotOf(store, order_id);
  expect(snapshot?.record).toMatchObject({ status: "completed", failures: 0 });
  expect(snapshot?.pages[0]).toEqual(
    readBy("worker-1", { page: 1, outcome: "failed", reason: workerLost }, maxFailures),
  );
  expect(await inQueue(redis, order_id)).toEqual([]);
});

test("a worker that returns before its page is collected keeps it", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  await read(page(2));
  const lease = await lostLease(order.order_id);
  expect(lease).toMatchObject({ page: 1, token: page(1).token });
  expect(await attempts.hold(page(1), "worker-1")).toBe("held");
  expect(await attempts.collect(lease, workerLost)).toEqual({ state: "held", failures: 0 });
  expect(await read(page(1))).toBe("last");
  expect(await attempts.hold(page(1), "worker-1")).toBe("lost");
});

test("a transient failure of a page is retried, and at last the page fails alone", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  const { order_id } = order;
  await read(page(2));
  let held = page(1);
  for (let failures = 1; failures < maxFailures; failures++) {
    expect(await attempts.releasePage(held, "failed", reason)).toEqual({ state: "queued", failures });
    expect(await attempts.releasePage(held, "failed", reason)).toMatchObject({ state: "lost" });
    await endDelays(services, order_id);
    held = await claimedPage(services, order_id);
  }
  expect(await attempts.releasePage(held, "failed", reason)).toEqual({
    ...{ state: "exhausted", failures: maxFailures, endsOrder: true },
  });
  expect(await store.find(order_id)).toMatchObject({ status: "completed" });
});

test("handing a page back does not count as a failure, however often it happens", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  let held = page(1);
  for (let time = 0; time < maxFailures + 1; time++) {
    expect(await attempts.releasePage(held, "handed_back")).toEqual({ state: "queued", failures: 0 });
    held = await claimedPage(services, order.order_id);
    expect(held).toMatchObject({ page: 1, failures: 0 });
  }
});

test("a worker that lost a page cannot put it back, but may end it", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  const { order_id } = order;
  await read(page(2));
  await collected(services, order_id);
  await endDelays(services, order_id);
  const second = await claimedPage(services, order_id, "worker-2");
  expect(await attempts.hold(page(1), "worker-1")).toBe("lost");
  expect(await attempts.releasePage(page(1), "handed_back")).toMatchObject({ state: "lost" });
  expect(await attempts.hold(second, "worker-2")).toBe("held");
  expect(await read(page(1))).toBe("last");
  expect(await attempts.hold(second, "worker-2")).toBe("lost");
  expect(await attempts.releasePage(second, "failed", reason)).toMatchObject({ state: "lost" });
  expect(await inQueue(redis, order_id)).toEqual([]);
});

test("a page that a lost worker ended while it waited for another is not read again", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  const { order_id } = order;
  await collected(services, order_id);
  expect(await attempts.hold(page(2), "worker-1")).toBe("held");
  await endDelays(services, order_id);
  expect(await read(page(1))).toBe("written");
  const { attempt = 0, ...item } = await waitingItem(redis, order_id);
  expect(item).toMatchObject({ page: 1 });
  expect(await attempts.claimPage({ ...item, attempt }, "worker-2")).toEqual({ state: "ended" });
});

type PageCase = { order: OrderRecord; page: (number: number) => ClaimedPage };
const pageWrites: [string, (of: PageCase) => Promise<unknown>][] = [
  ["ending a page", ({ page }) => read(page(1))],
  ["holding a page", ({ page }) => attempts.hold(page(1), "worker-1")],
  ["putting a page back", async ({ page }) => (await attempts.releasePage(page(1), "handed_back")).state],
  [
    "the failure of a page",
    async ({ page }) => (await attempts.releasePage(page(1), "failed", reason)).state,
  ],
];

const pageLosses: [string, (of: PageCase) => Promise<unknown>][] = [
  ["was cancelled", ({ order }) => store.cancel(order.order_id)],
  ["was revoked", ({ order }) => store.revoke(order)],
  [
    "was retried as another run",
    async ({ order, page }) => {
      for (const number of [1, 2]) await fail(page(number));
      await store.retry(order.order_id);
      await attempts.recognizing(await claimed(services, order.order_id), 2);
    },
  ],
];

const lostPageWrites = pageLosses.flatMap(([loss, lose]) =>
  pageWrites.map(([name, write]) => [name, loss, lose, write] as const),
);

test.each(lostPageWrites)("%s changes nothing when the order %s", async (_name, _loss, lose, write) => {
  const of = await readByMany("worker-1", "worker-1");
  const { order_id } = of.order;
  await lose(of);
  const before = await snapshotOf(store, order_id);
  const items = await waitingItems(redis, order_id);
  expect(await write(of)).toBe("lost");
  expect(await snapshotOf(store, order_id)).toEqual(before);
  expect(await waitingItems(redis, order_id)).toEqual(items);
});

test.each(pageLosses.slice(0, 2))(
  "the pages that wait leave the queue when the order %s",
  async (_, lose) => {
    const order = await spread(3);
    const page = await claimedPages(services, order.order_id, ["worker-1", "worker-2"]);
    const { attempt = 0, ...rest } = await waitingItem(redis, order.order_id);
    await attempts.releasePage(page(2), "handed_back");
    await lose({ order, page });
    expect(await attempts.claimPage({ ...rest, attempt }, "worker-1")).toEqual({ state: "taken" });
    // A page that came again leaves with its claim, and the lease of a page with its end.
    const { attempt: again = 0, ...item } = await waitingItem(redis, order.order_id);
    expect(await attempts.claimPage({ ...item, attempt: again }, "worker-1")).toEqual({ state: "gone" });
    expect(await collected(services, order.order_id)).toEqual({ state: "lost", failures: 0 });
    expect(await inQueue(redis, order.order_id)).toEqual([]);
  },
);

test("a retried order shows nothing of the pages of its last run", async () => {
  const { order, page } = await readByMany("worker-1", "worker-1");
  await fail(page(1));
  await fail(page(2));
  expect((await snapshotOf(store, order.order_id))?.pages).toHaveLength(2);
  await store.retry(order.order_id);
  expect((await snapshotOf(store, order.order_id))?.pages).toEqual([]);
  expect(await redis.exists(pagesKey(order.order_id))).toBe(0);
});
