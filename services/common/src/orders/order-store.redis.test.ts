import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { orderServices, retentionSeconds } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimSuspected,
  inTime,
  pageJob,
  sampleOrder,
} from "../../../../tests/redis/sample-order.ts";
import type { OrderStatus } from "./order.ts";
import {
  eventsKey,
  outboxKey,
  pagesKey,
  recordKey,
  userOrdersKey,
  waitingKey,
  workersKey,
} from "./order-keys.ts";
import { maxRuns, type OrderFilter } from "./order-store.ts";
import { maxFailures, workerSeenMs } from "./queue/order-attempts.ts";

const { redis, store, attempts } = orderServices();
const reason = { code: "document_damaged", message: "broken" };

/** Brings an accepted order to the given status. */
const stages: Record<OrderStatus, (orderId: string) => Promise<unknown>> = {
  queued: async () => {},
  fetching: (id) => claimed(attempts, id),
  recognizing: async (id) => {
    const order = await claimed(attempts, id);
    await attempts.recognizing(order, 2);
    await attempts.endPage(pageJob(order, 1), "worker-1", "read");
  },
  completed: async (id) => attempts.complete(await claimed(attempts, id)),
  failed: async (id) => attempts.fail(id, (await claimed(attempts, id)).attempt, reason),
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

const timesToLive = (id: string) => Promise.all([recordKey(id), eventsKey(id)].map((key) => redis.ttl(key)));

test("an accepted order has a record, a first event, a queue place and an outbox entry", async () => {
  const order = sampleOrder();
  const before = Date.now();
  expect(await store.accept(order, inTime())).toEqual({ outcome: "accepted", orderId: order.order_id });
  const record = await store.find(order.order_id);
  expect(record).toMatchObject({ ...order, status: "queued", run: 1, attempt: 0, failures: 0 });
  expect(record?.created_ms).toBeGreaterThanOrEqual(before);
  expect(await store.eventsAfter(order.order_id, "0")).toMatchObject([{ status: "queued" }]);
  expect(await redis.zScore(waitingKey, order.order_id)).toBe(record?.turn);
  expect(await redis.zScore(outboxKey, `${order.order_id}.1`)).toBe(record?.created_ms);
  expect(await timesToLive(order.order_id)).toEqual([-1, -1]);
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
    expect(await store.revoke(order)).toBe(1);
    expect(await traces(order.order_id)).toEqual([]);
    expect(await store.revoke(order)).toBe(0);
  },
);

test.each(["queued", "fetching", "recognizing"] as const)(
  "an order that is %s is cancelled",
  async (status) => {
    const { order_id } = await at(status);
    expect(await store.cancel(order_id)).toEqual({ outcome: "cancelled", run: 1 });
    const record = await store.find(order_id);
    expect(record).toMatchObject({ status: "cancelled", finished_ms: expect.any(Number) });
    expect(record).not.toHaveProperty("page");
    expect(await redis.zScore(waitingKey, order_id)).toBeNull();
    expect(await redis.zScore(outboxKey, `${order_id}.1`)).toBeNull();
    const last = (await store.eventsAfter(order_id, "0")).at(-1);
    expect(last).toMatchObject(
      status === "queued"
        ? { status: "cancelled" }
        : { status: "cancelled", attempt: 1, outcome: "cancelled" },
    );
    expect(await store.cancel(order_id)).toEqual({ outcome: "ended", run: 0 });
  },
);

test.each(["completed", "failed", "cancelled"] as const)(
  "an order that is %s is not cancelled",
  async (status) => {
    const { order_id } = await at(status);
    expect(await store.cancel(order_id)).toEqual({ outcome: "ended", run: 0 });
    expect(await store.find(order_id)).toMatchObject({ status });
  },
);

test("a failed order is queued again, behind the others and with all its attempts", async () => {
  const { order_id } = await at("failed");
  const other = await accepted(store);
  expect(await store.retry(order_id)).toEqual({ outcome: "queued", run: 2 });
  const overview = await store.overview(order_id);
  expect(overview?.record).toMatchObject({ status: "queued", run: 2, attempt: 1, failures: 0 });
  for (const gone of ["reason_code", "reason_message", "finished_ms"]) {
    expect(overview?.record).not.toHaveProperty(gone);
  }
  const otherOverview = await store.overview(other.order_id);
  expect(overview?.ahead).toBe((otherOverview?.ahead ?? Number.NaN) + 1);
  expect(await redis.zScore(outboxKey, `${order_id}.2`)).not.toBeNull();
  expect(await claimed(attempts, order_id, 2)).toMatchObject({ attempt: 2 });
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
  expect(await store.eventsAfter(order_id, "0")).toEqual([]);
  expect(await store.cancel(order_id)).toEqual({ outcome: "gone", run: 0 });
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
      await attempts.endPage({ order_id: id, run: 1, attempt: 1, page: 2 }, "worker-1", "read");
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
        await claimed(attempts, id);
        await claimSuspected(redis, attempts, { order_id: id, run: 1 });
      }
    },
  ],
  [
    "released too often",
    async (id) => {
      for (let failed = 1; failed <= maxFailures; failed++) {
        await attempts.release(await claimed(attempts, id), "failed", reason);
      }
    },
  ],
  ["given up", (id) => attempts.giveUp({ order_id: id, run: 1 }, reason)],
];

test.each(ends)("retention begins when the order ends: %s", async (_, end) => {
  const { order_id } = await accepted(store);
  expect(await timesToLive(order_id)).toEqual([-1, -1]);
  await end(order_id);
  const record = await store.find(order_id);
  expect(record?.finished_ms).toBeGreaterThanOrEqual(record?.created_ms ?? Number.NaN);
  for (const seconds of await timesToLive(order_id)) {
    expect(seconds).toBeGreaterThan(retentionSeconds - 60);
    expect(seconds).toBeLessThanOrEqual(retentionSeconds);
  }
  expect(await redis.zScore(waitingKey, order_id)).toBeNull();
  // -2: the key does not exist.
  const ofPages = await redis.ttl(pagesKey(order_id, 1));
  expect(ofPages === -2 || ofPages > retentionSeconds - 60).toBe(true);
  if (record?.status === "failed") {
    await store.retry(order_id);
    expect(await timesToLive(order_id)).toEqual([-1, -1]);
  }
});

test("an overview has the record, the steps and the number of orders that wait before this one", async () => {
  await redis.del(waitingKey);
  const [first, second, third] = [await accepted(store), await accepted(store), await accepted(store)];
  const ahead = (order: { order_id: string }) => store.overview(order.order_id).then((found) => found?.ahead);
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([0, 1, 2]);
  const running = await claimed(attempts, first.order_id);
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([undefined, 0, 1]);
  // An order that is handed back keeps its place before later orders.
  await attempts.release(running, "handed_back");
  expect(await Promise.all([first, second, third].map(ahead))).toEqual([0, 1, 2]);
  const overview = await store.overview(first.order_id);
  expect(overview?.record).toEqual(await store.find(first.order_id));
  expect(overview?.steps).toEqual(await store.eventsAfter(first.order_id, "0"));
  expect(overview?.steps.map(({ status }) => status)).toEqual(["queued", "fetching", "queued"]);
});

test("events ascend, can be resumed after any event, and are published on their channel", async () => {
  const { order_id } = await accepted(store);
  const announced: string[] = [];
  const listener = redis.duplicate();
  await listener.connect();
  await listener.subscribe(eventsKey(order_id), (id) => announced.push(id));
  const order = await claimed(attempts, order_id);
  await attempts.recognizing(order, 2);
  await attempts.endPage(pageJob(order, 1), "worker-1", "read");
  await attempts.endPage(pageJob(order, 2), "worker-2", "read");
  const events = await store.eventsAfter(order_id, "0");
  const ids = events.map(({ id }) => id);
  expect(events).toMatchObject([
    { status: "queued" },
    { status: "fetching", attempt: 1, worker: "worker-1" },
    { status: "recognizing", attempt: 1, page: 0, pages: 2 },
    { page: 1, pages: 2, worker: "worker-1" },
    { page: 2, pages: 2, worker: "worker-2" },
    { status: "completed", attempt: 1, outcome: "completed" },
  ]);
  for (const [index, id] of ids.entries()) {
    const [ms = 0n, n = 0n] = id.split("-").map(BigInt);
    const [lastMs = 0n, lastN = 0n] = (ids[index - 1] ?? "0-0").split("-").map(BigInt);
    expect(ms > lastMs || (ms === lastMs && n > lastN)).toBe(true);
    expect(await store.eventsAfter(order_id, id)).toEqual(events.slice(index + 1));
    expect(events[index]?.at).toBe(new Date(Number(ms)).toISOString());
  }
  await expect.poll(() => announced).toEqual(ids.slice(1));
  await listener.close();
});

test("the pace is the mean time with a worker and the number of workers seen lately", async () => {
  await redis.flushDb();
  expect(await store.pace()).toEqual({ meanMs: undefined, workers: 0 });
  await attempts.present("worker-1");
  await attempts.present("worker-2");
  await attempts.present("worker-1");
  expect(await store.pace()).toMatchObject({ workers: 2 });
  await attempts.absent("worker-2");
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await redis.zAdd(workersKey, { score: Date.now() - workerSeenMs - 1000, value: "killed" });
  expect(await store.pace()).toMatchObject({ workers: 1 });
  await attempts.present("worker-1");
  expect(await redis.zRange(workersKey, 0, -1)).toEqual(["worker-1"]);

  const took = async () => {
    const { order_id } = await accepted(store);
    const order = await claimed(attempts, order_id);
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
  expect(await store.list(sampleOrder().user_id, 7)).toEqual({ records: [], next: undefined });
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

test("an expired order is in no list, and accepting the next order removes its entry", async () => {
  const { user_id, order_id } = await accepted(store);
  const second = await accepted(store, { user_id });
  await redis.del([recordKey(order_id), eventsKey(order_id)]);
  expect(await store.list(user_id, 1)).toMatchObject({ records: [{ order_id: second.order_id }] });
  expect((await store.list(user_id, 2)).records).toHaveLength(1);
  const third = await accepted(store, { user_id });
  expect(await redis.zRange(userOrdersKey(user_id), 0, -1)).toEqual([second.order_id, third.order_id]);
});

test("the number of runs of an order is limited", async () => {
  const { order_id } = await accepted(store);
  for (let run = 1; run <= maxRuns; run++) {
    const { attempt } = await claimed(attempts, order_id, run);
    await attempts.fail(order_id, attempt, reason);
    const { outcome } = await store.retry(order_id);
    expect(outcome).toBe(run < maxRuns ? "queued" : "too_many");
  }
  expect(await store.find(order_id)).toMatchObject({ status: "failed", run: maxRuns });
});
