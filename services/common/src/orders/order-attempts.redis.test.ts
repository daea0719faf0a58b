import { expect, test } from "vitest";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimSuspected,
  letSuspicionStand,
  sampleOrder,
  workerLost,
} from "../../../../tests/redis/sample-order.ts";
import type { OrderRecord } from "./order.ts";
import { maxFailures, suspicionMs } from "./order-attempts.ts";
import { summarize } from "./order-events.ts";
import { textKey } from "./order-keys.ts";

const { redis, store, attempts } = orderServices();
const reason = { code: "source_unavailable", message: "busy" };

const claim = (order_id: string, run = 1, worker = "worker-2") =>
  attempts.claim({ order_id, run }, worker, workerLost);

const takeForLost = (order_id: string) => claimSuspected(redis, attempts, { order_id, run: 1 });

async function running() {
  const { order_id } = await accepted(store);
  return claimed(attempts, order_id);
}

const summary = async (orderId: string) => summarize(await store.eventsAfter(orderId, "0"));

test("a claimed order is its worker's, who gets the whole record", async () => {
  const accept = await accepted(store);
  const order = await claimed(attempts, accept.order_id);
  expect(order).toMatchObject({ ...accept, status: "fetching", attempt: 1, failures: 0 });
  expect(order).toEqual(await store.find(accept.order_id));
  expect((await store.snapshot(order.order_id))?.ahead).toBeUndefined();
});

test("an order runs to its text", async () => {
  const order = await running();
  expect(await attempts.recognizing(order, 3)).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 0, pages: 3 });
  expect(await attempts.progress(order, 2, 3)).toBe("written");
  expect(await store.find(order.order_id)).toMatchObject({ status: "recognizing", page: 2, pages: 3 });
  expect(await attempts.complete(order, "text £")).toBe("written");
  const record = await store.find(order.order_id);
  expect(record).toMatchObject({ status: "completed", result_attempt: 1 });
  expect(record).not.toHaveProperty("page");
  expect(record && (await store.text(record))).toBe("text £");
  expect(await claim(order.order_id)).toEqual({ state: "ended" });
});

test("a job of no order, or of another run, is nobody's", async () => {
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

test("an attempt whose worker is there withdraws the suspicion, and keeps its order", async () => {
  const order = await running();
  expect(await claim(order.order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order.order_id);
  expect(await attempts.hold(order)).toBe("held");
  expect(await claim(order.order_id)).toEqual({ state: "suspected" });
  expect(await attempts.complete(order, "text")).toBe("written");
  expect(await attempts.hold(order)).toBe("lost");
});

test("a suspicion from long ago counts for nothing, one that stands does not begin anew", async () => {
  const { order_id } = await running();
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order_id, 3 * suspicionMs);
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  expect(await claim(order_id)).toEqual({ state: "suspected" });
  await letSuspicionStand(redis, order_id);
  expect(await claim(order_id)).toMatchObject({ state: "lost" });
});

test("an order whose worker never came back waits again, and fails at last", async () => {
  const { order_id } = await accepted(store);
  for (let failures = 1; failures < maxFailures; failures++) {
    await claimed(attempts, order_id);
    expect(await takeForLost(order_id)).toEqual({ state: "lost", failures });
    expect(await store.find(order_id)).toMatchObject({ status: "queued", failures });
    expect((await store.snapshot(order_id))?.ahead).toBeDefined();
  }
  await claimed(attempts, order_id);
  expect(await takeForLost(order_id)).toEqual({ state: "exhausted" });
  expect(await store.find(order_id)).toMatchObject({ status: "failed", reason_code: workerLost.code });
  const lost = Array(maxFailures).fill({ outcome: "lost", reason: workerLost });
  expect((await summary(order_id)).attempts).toMatchObject(lost);
});

test("what may pass is tried again, and fails at last", async () => {
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

test("handing back does not count, however often", async () => {
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
  ["progress", (order) => attempts.progress(order, 1, 1)],
  ["complete", (order) => attempts.complete(order, "of one that lost it")],
  ["fail", (order) => attempts.fail(order.order_id, order.attempt, reason)],
  ["release", (order) => attempts.release(order, "failed", reason)],
  ["release by handing back", (order) => attempts.release(order, "handed_back")],
];

/** How an attempt loses its order. */
const losses: [string, (order: OrderRecord) => Promise<unknown>][] = [
  ["was taken for lost", ({ order_id }) => takeForLost(order_id)],
  [
    "was taken over",
    async ({ order_id }) => {
      await takeForLost(order_id);
      await claimed(attempts, order_id, 1, "worker-2");
    },
  ],
  [
    "was taken over by one that completed it",
    async ({ order_id }) => {
      await takeForLost(order_id);
      await attempts.complete(await claimed(attempts, order_id, 1, "worker-2"), "the text that counts");
    },
  ],
  [
    "failed, and runs again in another run",
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

const lostWrites = losses.flatMap(([loss, lose]) =>
  writes.map(([name, write]) => [name, loss, lose, write] as const),
);

test.each(lostWrites)("%s changes nothing when the order %s", async (_name, _loss, lose, write) => {
  const order = await running();
  await lose(order);
  const before = await store.snapshot(order.order_id);
  const keys = (await redis.keys("*")).sort();
  expect([await write(order)].flat()).toSatisfy(
    ([reply]: [string | { state: string }]) => (typeof reply === "string" ? reply : reply.state) === "lost",
  );
  expect(await store.snapshot(order.order_id)).toEqual(before);
  expect((await redis.keys("*")).sort()).toEqual(keys);
});

test("the text that counts is of the attempt that had the order", async () => {
  const first = await running();
  await takeForLost(first.order_id);
  const second = await claimed(attempts, first.order_id);
  expect(await attempts.complete(first, "first")).toBe("lost");
  expect(await attempts.complete(second, "second")).toBe("written");
  expect(await attempts.complete(second, "again")).toBe("lost");
  const record = await store.find(first.order_id);
  expect(record).toMatchObject({ result_attempt: 2 });
  expect(record && (await store.text(record))).toBe("second");
  expect(await redis.exists(textKey(first.order_id, 1))).toBe(0);
});

test("what the queue gives up fails, in its own run only", async () => {
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

test("an attempt that was over before the queue gave up keeps its own outcome", async () => {
  const order = await running();
  await attempts.release(order, "handed_back");
  await attempts.giveUp(order, reason);
  const { history, attempts: told } = await summary(order.order_id);
  expect(history.map(({ status }) => status)).toEqual(["queued", "fetching", "queued", "failed"]);
  expect(told).toMatchObject([{ attempt: 1, outcome: "handed_back" }]);
  expect(told[0]).not.toHaveProperty("reason");
});
