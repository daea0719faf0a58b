import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPage,
  collected,
  endDelays,
  inQueue,
  inTime,
  sampleOrder,
  stepsOf,
  waitingItems,
} from "../../../../tests/redis/sample-order.ts";
import type { OrderStatus } from "./order.ts";
import { eventsKey, recordKey, unarchivedKey, userOrdersKey, workersKey } from "./order-keys.ts";
import { maxRuns } from "./order-store.ts";
import { maxFailures } from "./queue/order-attempts.ts";
import { defaultLeaseMs } from "./queue/order-queue.ts";
import type { OrderFilter } from "./user-orders.ts";

const services = orderServices();
const { redis, ofWorker, queue, store, expiry, attempts } = services;
const reason = { code: "document_damaged", message: "broken" };

/** Brings an accepted order to the given status. */
const stages: Record<OrderStatus, (orderId: string) => Promise<unknown>> = {
  queued: async () => {},
  fetching: (id) => claimed(services, id),
  recognizing: async (id) => {
    await attempts.recognizing(await claimed(services, id), 2);
    await attempts.endPage(await claimedPage(services, id), "read");
  },
  completed: async (id) => attempts.complete(await claimed(services, id)),
  failed: async (id) => attempts.fail(await claimed(services, id), reason),
  cancelled: (id) => store.cancel(id),
};

async function at(status: OrderStatus) {
  const order = await accepted(store);
  await stages[status](order.order_id);
  expect(await store.find(order.order_id)).toMatchObject({ status });
  return order;
}

/** Everything that Redis holds about an order, in its keys or as a member of a set. */
async function traces(orderId: string): Promise<string[]> {
  const keys = await redis.keys("*");
  const found: string[] = [];
  for (const key of keys) {
    const members = (await redis.type(key)) === "zset" ? await redis.zRange(key, 0, -1) : [];
    if ([key, ...members].some((name) => name.includes(orderId))) found.push(key);
  }
  return found.sort();
}

test("one step gives an accepted order its record, its first event and its place in the queue", async () => {
  const order = sampleOrder();
  const before = Date.now();
  expect(await store.accept(order, inTime())).toEqual({ outcome: "accepted", orderId: order.order_id });
  const record = await store.find(order.order_id);
  expect(record).toMatchObject({ ...order, status: "queued", run: 1, attempt: 0, failures: 0 });
  expect(record?.created_ms).toBeGreaterThanOrEqual(before);
  expect(await stepsOf(store, order.order_id)).toMatchObject([{ status: "queued" }]);
  expect(await waitingItems(redis, order.order_id)).toMatchObject([{ order_id: order.order_id, run: 1 }]);
});

test("Redis refuses an order that is late by Redis' own clock", async () => {
  const order = sampleOrder();
  expect(await store.accept(order, Date.now() - 1)).toMatchObject({ outcome: "late" });
  expect(await traces(order.order_id)).toEqual([]);
});

test("an Idempotency-Key creates one order, for one request of one user", async () => {
  const idempotency = { key: "k", fingerprint: "a" };
  const first = await accepted(store, {}, idempotency);
  const again = sampleOrder({ user_id: first.user_id });
  const known = { outcome: "known", orderId: first.order_id };
  expect(await store.accept(again, inTime(), idempotency)).toEqual(known);
  expect(await store.accept(again, inTime(), { key: "k", fingerprint: "b" })).toEqual({
    ...known,
    outcome: "mismatch",
  });
  expect(await traces(again.order_id)).toEqual([]);
  await accepted(store, {}, idempotency);
  await accepted(store, { user_id: first.user_id }, { key: "other", fingerprint: "a" });
});

test("an Idempotency-Key whose order no longer exists creates a new order", async () => {
  const first = await accepted(store, {}, { key: "k", fingerprint: "a" });
  await redis.del(recordKey(first.order_id));
  const second = await accepted(store, { user_id: first.user_id }, { key: "k", fingerprint: "b" });
  const third = sampleOrder({ user_id: first.user_id });
  expect(await store.accept(third, inTime(), { key: "k", fingerprint: "b" })).toEqual({
    outcome: "known",
    orderId: second.order_id,
  });
});

test.each(["queued", "fetching", "recognizing", "completed", "failed", "cancelled"] as const)(
  "revoking an order that is %s leaves nothing of it",
  async (status) => {
    const order = await at(status);
    expect(await store.revoke(order)).toBe(true);
    expect(await traces(order.order_id)).toEqual([]);
    expect(await store.revoke(order)).toBe(false);
  },
);

test.each(["queued", "fetching", "recognizing"] as const)(
  "an order that is %s is cancelled",
  async (status) => {
    const { order_id } = await at(status);
    expect(await store.cancel(order_id)).toBe("cancelled");
    const record = await store.find(order_id);
    expect(record).toMatchObject({ status: "cancelled", finished_ms: expect.any(Number) });
    expect(record).not.toHaveProperty("page");
    expect(await inQueue(redis, order_id)).toEqual([]);
    const last = (await stepsOf(store, order_id)).at(-1);
    expect(last).toMatchObject(
      status === "queued"
        ? { status: "cancelled" }
        : { status: "cancelled", attempt: 1, outcome: "cancelled" },
    );
    expect(await store.cancel(order_id)).toBe("ended");
  },
);

test.each(["completed", "failed", "cancelled"] as const)(
  "an order that is %s is not cancelled",
  async (status) => {
    const { order_id } = await at(status);
    expect(await store.cancel(order_id)).toBe("ended");
    expect(await store.find(order_id)).toMatchObject({ status });
  },
);

test("an order that is cancelled while it waits for its next attempt leaves the queue", async () => {
  const { order_id } = await accepted(store);
  await attempts.release(await claimed(services, order_id), "failed", reason, { delayMs: 60_000 });
  expect(await inQueue(redis, order_id)).toHaveLength(1);
  expect(await store.cancel(order_id)).toBe("cancelled");
  expect(await inQueue(redis, order_id)).toEqual([]);
});

test("a failed order is queued again, behind its user's others and with all its attempts", async () => {
  await redis.flushDb();
  const { order_id, user_id } = await at("failed");
  const other = await accepted(store, { user_id });
  expect(await store.retry(order_id)).toEqual({ outcome: "queued", run: 2 });
  const overview = await store.overview(order_id);
  expect(overview?.record).toMatchObject({ status: "queued", run: 2, attempt: 1, failures: 0 });
  for (const gone of ["reason_code", "reason_message", "finished_ms"]) {
    expect(overview?.record).not.toHaveProperty(gone);
  }
  expect((await store.overview(other.order_id))?.ahead).toBe(0);
  expect(overview?.ahead).toBe(1);
  expect(await waitingItems(redis, order_id)).toMatchObject([{ run: 2 }]);
  expect(await claimed(services, order_id)).toMatchObject({ run: 2, attempt: 2 });
});

test.each(["queued", "fetching", "recognizing", "completed", "cancelled"] as const)(
  "an order that is %s is not retried",
  async (status) => {
    const { order_id } = await at(status);
    expect(await store.retry(order_id)).toEqual({ outcome: "not_failed", run: 0 });
    expect(await store.find(order_id)).toMatchObject({ status, run: 1 });
  },
);

test("an unknown order cannot be found, cancelled or retried", async () => {
  const { order_id } = sampleOrder();
  expect(await store.find(order_id)).toBeUndefined();
  expect(await store.overview(order_id)).toBeUndefined();
  expect(await stepsOf(store, order_id)).toEqual([]);
  expect(await store.cancel(order_id)).toBe("gone");
  expect(await store.retry(order_id)).toEqual({ outcome: "gone", run: 0 });
  expect(await traces(order_id)).toEqual([]);
});

/** Every way in which an order ends. */
const ends: [string, (orderId: string) => Promise<unknown>][] = [
  ["completed", stages.completed],
  [
    "completed with its last page",
    async (id) => {
      await stages.recognizing(id);
      await attempts.endPage(await claimedPage(services, id), "read");
    },
  ],
  ["failed", stages.failed],
  ["cancelled while queued", (id) => store.cancel(id)],
  [
    "cancelled while running",
    async (id) => {
      await stages.recognizing(id);
      await store.cancel(id);
    },
  ],
  [
    "lost too often",
    async (id) => {
      for (let lost = 1; lost <= maxFailures; lost++) {
        await claimed(services, id);
        await collected(services, id);
        await endDelays(services, id);
      }
    },
  ],
  [
    "released too often",
    async (id) => {
      for (let failed = 1; failed <= maxFailures; failed++) {
        await attempts.release(await claimed(services, id), "failed", reason, { delayMs: 0 });
      }
    },
  ],
];

test.each(ends)("an order that ended waits for the archive, and for nothing else: %s", async (_, end) => {
  const { order_id } = await accepted(store);
  expect(await redis.zScore(unarchivedKey, order_id)).toBeNull();
  await end(order_id);
  const record = await store.find(order_id);
  expect(record?.finished_ms).toBeGreaterThanOrEqual(record?.created_ms ?? Number.NaN);
  const due = await redis.zScore(unarchivedKey, order_id);
  expect(due).toBeGreaterThanOrEqual(record?.finished_ms ?? Number.NaN);
  expect(due).toBeLessThanOrEqual(Date.now() + 5000);
  expect(await inQueue(redis, order_id)).toEqual([]);
  if (record?.status === "failed") {
    await store.retry(order_id);
    expect(await redis.zScore(unarchivedKey, order_id)).toBeNull();
  }
});

test("an overview has the record, the steps and the number of orders that wait before this one", async () => {
  await redis.flushDb();
  const first = await accepted(store);
  const { user_id } = first;
  const [second, third] = [await accepted(store, { user_id }), await accepted(store, { user_id })];
  const ahead = (order: { order_id: string }) => store.overview(order.order_id).then((found) => found?.ahead);
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([0, 1, 2]);
  const running = await claimed(services, first.order_id);
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([undefined, 0, 1]);
  // An order that is handed back keeps its place before later orders.
  await attempts.release(running, "handed_back");
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([0, 1, 2]);
  const overview = await store.overview(first.order_id);
  expect(overview?.record).toEqual(await store.find(first.order_id));
  expect(overview?.steps).toEqual(await stepsOf(store, first.order_id));
  expect(overview?.steps.map(({ status }) => status)).toEqual(["queued", "fetching", "queued"]);
});

test("the orders of other users are served in turn with those before this one", async () => {
  await redis.flushDb();
  const first = await accepted(store);
  const { user_id } = first;
  const mine = [first, await accepted(store, { user_id }), await accepted(store, { user_id })];
  const other = await accepted(store);
  const many = await accepted(store);
  for (let made = 0; made < 5; made++) await accepted(store, { user_id: many.user_id });
  const orders = [...mine, other, many];
  const ahead = await Promise.all(
    orders.map(({ order_id }) => store.overview(order_id).then((found) => found?.ahead)),
  );
  expect(ahead).toEqual([0 + 1 + 1, 1 + 1 + 2, 2 + 1 + 3, 0 + 1 + 1, 0 + 1 + 1]);
});

test("events ascend, can be resumed after any event, and are published on their channel", async () => {
  const { order_id } = await accepted(store);
  const announced: string[] = [];
  const listener = redis.duplicate();
  await listener.connect();
  await listener.subscribe(eventsKey(order_id), (id) => announced.push(id));
  const order = await claimed(services, order_id);
  await attempts.recognizing(order, 2);
  for (const worker of ["worker-1", "worker-2"]) {
    await attempts.endPage(await claimedPage(services, order_id, worker), "read");
  }
  const events = await stepsOf(store, order_id);
  const ids = events.map(({ id }) => id);
  expect(events).toMatchObject([
    { status: "queued" },
    { status: "fetching", attempt: 1, worker: "worker-1" },
    { status: "recognizing", attempt: 1, page: 0, pages: 2 },
    { status: "completed", attempt: 1, outcome: "completed", page: 2, pages: 2 },
  ]);
  for (const [index, id] of ids.entries()) {
    const [ms = 0n, n = 0n] = id.split("-").map(BigInt);
    const [lastMs = 0n, lastN = 0n] = (ids[index - 1] ?? "0-0").split("-").map(BigInt);
    expect(ms > lastMs || (ms === lastMs && n > lastN)).toBe(true);
    expect(await stepsOf(store, order_id, id)).toEqual(events.slice(index + 1));
    expect(events[index]?.at).toBe(new Date(Number(ms)).toISOString());
  }
  // The end of a page has no event of its own, and is announced.
  await expect.poll(() => announced).toEqual([...ids.slice(1, 3), "", ...ids.slice(3)]);
  await listener.close();
});

test("the pace is the mean time with a worker and the number of workers seen lately", async () => {
  await redis.flushDb();
  expect(await store.pace()).toEqual({ meanMs: undefined, workers: 0 });
  await queue.next("worker-1", "archive");
  await queue.next("worker-2", "archive");
  await queue.next("worker-1", "archive");
  expect(await store.pace()).toMatchObject({ workers: 2 });
  await attempts.absent("worker-2");
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await redis.zAdd(workersKey, { score: Date.now() - defaultLeaseMs - 1000, value: "killed" });
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await redis.zAdd(workersKey, { score: Date.now() - 2000, value: "worker-1" });
  await queue.next("worker-1", "archive");
  expect(await redis.zRange(workersKey, 0, -1)).toEqual(["worker-1"]);

  const took = async () => {
    const { order_id } = await accepted(store);
    const order = await claimed(services, order_id);
    await pause(20);
    await attempts.complete(order);
    const { started_ms = Number.NaN, finished_ms = Number.NaN } = (await store.find(order_id)) ?? {};
    return finished_ms - started_ms;
  };
  const first = await took();
  const mean = Math.floor(first * 0.9 + first * 0.1);
  expect(await store.pace()).toMatchObject({ meanMs: mean });
  const second = await took();
  expect(await store.pace()).toMatchObject({ meanMs: Math.floor(mean * 0.9 + second * 0.1) });
});

test("the pace counts the time in which pages were read, not that in which they waited", async () => {
  await redis.flushDb();
  const { order_id } = await accepted(store);
  await attempts.recognizing(await claimed(services, order_id), 2);
  for (const readMs of [30, 30]) {
    await pause(300);
    const page = await claimedPage(services, order_id);
    await pause(readMs);
    await attempts.endPage(page, "read");
  }
  const { started_ms = 0, finished_ms = 0 } = (await store.find(order_id)) ?? {};
  const { meanMs = Number.NaN } = await store.pace();
  expect(meanMs).toBeGreaterThanOrEqual(55);
  expect(meanMs).toBeLessThan(finished_ms - started_ms - 590);
});

test("a user's orders are listed newest first, page by page", async () => {
  const { user_id, ...first } = await accepted(store);
  const later: string[] = [];
  for (let made = 1; made < 7; made++) later.unshift((await accepted(store, { user_id })).order_id);
  await accepted(store);
  const newestFirst = [...later, first.order_id];
  const seen: string[] = [];
  const sizes: number[] = [];
  let before: number | undefined;
  do {
    const { records, next } = await store.list(user_id, 3, {}, before);
    seen.push(...records.map(({ order_id }) => order_id));
    sizes.push(records.length);
    before = next;
  } while (before !== undefined);
  expect(seen).toEqual(newestFirst);
  expect(sizes).toEqual([3, 3, 1]);
  expect(await store.list(user_id, 7)).toMatchObject({ next: undefined });
  expect(await store.list(sampleOrder().user_id, 7)).toEqual({
    records: [],
    next: undefined,
    unreadable: [],
  });
});

test("a list keeps its positions while orders are added and retried", async () => {
  const { user_id, order_id } = await at("failed");
  const second = await accepted(store, { user_id });
  const page = await store.list(user_id, 1);
  expect(page.records).toMatchObject([{ order_id: second.order_id }]);
  await store.retry(order_id);
  await accepted(store, { user_id });
  expect((await store.list(user_id, 1, {}, page.next)).records).toMatchObject([{ order_id }]);
});

test("a list filtered by status and title number skips the orders that do not match", async () => {
  const { user_id, order_id } = await at("failed");
  const other = await accepted(store, { user_id, title_number: "AB1" });
  // More than the store requests from Redis at once.
  for (let made = 0; made < 120; made++) await accepted(store, { user_id, title_number: "AB2" });
  const ids = async (filter: OrderFilter) =>
    (await store.list(user_id, 10, filter)).records.map((record) => record.order_id);
  expect(await ids({ status: "failed" })).toEqual([order_id]);
  expect(await ids({ title_number: "AB1" })).toEqual([other.order_id]);
  expect(await ids({ title_number: "AB1", status: "queued" })).toEqual([other.order_id]);
  expect(await ids({ title_number: "AB1", status: "failed" })).toEqual([]);
  expect(await ids({ title_number: "AB2" })).toHaveLength(10);
});

test("an expired order is in no list", async () => {
  const { user_id, order_id } = await accepted(store);
  const second = await accepted(store, { user_id });
  await redis.del([recordKey(order_id), eventsKey(order_id)]);
  expect(await store.list(user_id, 1)).toMatchObject({ records: [{ order_id: second.order_id }] });
  expect((await store.list(user_id, 2)).records).toHaveLength(1);
});

test("expired orders are removed from the lists of all users", async () => {
  await redis.flushDb();
  expect(await expiry.lists.forgetExpired()).toBe(0);
  const lists: string[][] = [];
  for (let user = 0; user < 30; user++) {
    const { user_id, order_id } = await accepted(store);
    await redis.del(recordKey(order_id));
    const kept = user % 3 === 0 ? [] : [(await accepted(store, { user_id })).order_id];
    lists.push([userOrdersKey(user_id), ...kept]);
  }
  expect(await expiry.lists.forgetExpired()).toBe(30);
  const left = ([key = "", ...kept]: string[]) => redis.zRange(key, 0, -1).then((ids) => [ids, kept]);
  for (const [ids, kept] of await Promise.all(lists.map(left))) expect(ids).toEqual(kept);
  expect(await expiry.lists.forgetExpired()).toBe(0);
});

test("a list is read from its oldest order up to a batch without an expired one", async () => {
  await redis.flushDb();
  const { user_id, order_id } = await accepted(store);
  const ids = [order_id];
  while (ids.length < 10) ids.push((await accepted(store, { user_id })).order_id);
  // By batches of two, oldest first: both expired, one expired, one expired, none expired, both expired.
  const expired = ids.filter((_, index) => [0, 1, 3, 5, 8, 9].includes(index));
  await redis.del(expired.map(recordKey));
  const trips = vi.spyOn(ofWorker, "zRange");
  expect(await expiry.lists.forgetExpired(2)).toBe(4);
  expect(trips).toHaveBeenCalledTimes(4);
  trips.mockRestore();
  const left = ids.filter((id, index) => index > 7 || !expired.includes(id));
  expect(await redis.zRange(userOrdersKey(user_id), 0, -1)).toEqual(left);
});

test("the times of an order are by Redis's clock", async () => {
  const [before, deadline] = [Date.now(), inTime()];
  const { order_id, ...order } = sampleOrder();
  vi.useFakeTimers({ toFake: ["Date"], now: 1e12 });
  try {
    await store.accept({ order_id, ...order }, deadline);
    await attempts.complete(await claimed(services, order_id));
  } finally {
    vi.useRealTimers();
  }
  const { created_ms, started_ms, finished_ms } = (await store.find(order_id)) ?? {};
  for (const ms of [created_ms, started_ms, finished_ms]) {
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now());
  }
});

test("the number of runs of an order is limited", async () => {
  const { order_id } = await accepted(store);
  for (let run = 1; run <= maxRuns; run++) {
    await attempts.fail(await claimed(services, order_id), reason);
    const { outcome } = await store.retry(order_id);
    expect(outcome).toBe(run < maxRuns ? "queued" : "too_many");
  }
  expect(await store.find(order_id)).toMatchObject({ status: "failed", run: maxRuns });
});
