import { setTimeout as pause } from "node:timers/promises";
import { leasesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { maxFailures } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { defaultLeaseMs } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { retryDelayMs } from "@orbital-witness/common/orders/queue/retry-delay.ts";
import { expect, test, vi } from "vitest";
import { pageOf, pictureOf } from "../../../../tests/page-result.ts";
import { found, heldAnswer, openOrderWorkers } from "../../../../tests/redis/order-workers.ts";
import { claimed, collected, endDelays, endLeases } from "../../../../tests/redis/sample-order.ts";
import { leaseText } from "../../../../tests/scan.ts";
import { OrderFailure } from "../failure.ts";
import { ProcessPageReader } from "../page-process/page-reader.ts";

const workers = await openOrderWorkers();

test("a source that is down is retried a limited number of times", async () => {
  let requests = 0;
  let downs = 2;
  workers.answers.transfer = () => (requests++ < downs ? { status: 503, body: "" } : found);
  workers.startWorker();
  expect(await workers.ended(await workers.order("transfer"))).toMatchObject({
    text: leaseText,
    attempts: [
      "ocr-worker-1 failed source_unavailable",
      "ocr-worker-1 failed source_unavailable",
      "ocr-worker-1 completed",
    ],
  });
  requests = 0;
  downs = 100;
  expect(await workers.ended(await workers.order("transfer"))).toMatchObject({
    status: "failed",
    reason_code: "source_unavailable",
    failures: maxFailures,
  });
  expect(requests).toBe(maxFailures);
  await workers.queueIsEmpty();
}, 180_000);

test("an order that waits for its next attempt lets others go first", async () => {
  workers.answers.transfer = () => ({ status: 503, body: "" });
  workers.startWorker();
  const down = await workers.order("transfer");
  await expect.poll(async () => (await workers.summary(down)).attempts.length).toBe(1);
  expect(await workers.ended(await workers.order("lease"))).toMatchObject({ status: "completed" });
  expect(await workers.status(down)).not.toBe("failed");
});

test("the order of a worker that died is run by another", async () => {
  const id = await workers.order("lease");
  await claimed(workers, id, "dead");
  await endLeases(workers.redis, id);
  workers.startWorker();
  expect(await workers.ended(id)).toMatchObject({
    text: leaseText,
    attempts: ["dead lost worker_lost", "ocr-worker-1 completed"],
  });
});

test("a worker that starts again runs the order that it had, without waiting for its lease", async () => {
  const id = await workers.order("lease");
  await claimed(workers, id, "ocr-worker-1");
  workers.startWorker("ocr-worker-1");
  const first = async () => (await workers.summary(id)).attempts[0];
  await expect.poll(first, { timeout: defaultLeaseMs / 2 }).toBe("ocr-worker-1 lost worker_lost");
  expect(await workers.ended(id)).toMatchObject({
    text: leaseText,
    failures: 1,
    attempts: ["ocr-worker-1 lost worker_lost", "ocr-worker-1 completed"],
  });
});

test("a worker that starts leaves alone what others have, and what one of its name still holds", async () => {
  const [ofTwin, ofOther] = [await workers.order("lease"), await workers.order("lease")];
  const twin = await claimed(workers, ofTwin, "ocr-worker-1");
  await claimed(workers, ofOther, "ocr-worker-10");
  workers.startWorker("ocr-worker-1");
  const until = Date.now() + 5000;
  while (Date.now() < until) {
    expect(await workers.attempts.hold(twin, "ocr-worker-1")).toBe("held");
    await pause(200);
  }
  expect(await workers.status(ofOther)).toBe("fetching");
});

test("a busy worker takes a lost order before the backlog", async () => {
  workers.answers.deed = () => pause(600, found);
  const lostOrder = await workers.order("lease");
  await claimed(workers, lostOrder, "dead");
  const backlog: string[] = [];
  for (let count = 0; count < 8; count++) backlog.push(await workers.order("deed"));
  workers.startWorker("busy");
  await endLeases(workers.redis, lostOrder);
  expect(await workers.ended(lostOrder)).toMatchObject({
    attempts: ["dead lost worker_lost", "busy completed"],
  });
  const statuses = await Promise.all(backlog.map(workers.status));
  expect(statuses.filter((status) => status === "queued").length).toBeGreaterThanOrEqual(4);
});

test("a document that is too slow is retried once, behind the backlog", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.charge = answer;
  const slow = await workers.order("lease");
  const held = await workers.order("charge");
  const waiting = [await workers.order("lease"), await workers.order("lease")];
  const read = vi.spyOn(ProcessPageReader.prototype, "read");
  read.mockRejectedValueOnce(new OrderFailure("page_too_slow"));
  workers.startWorker();
  await expect.poll(() => workers.status(held), { timeout: 30_000 }).toBe("fetching");
  expect(await workers.summary(slow)).toMatchObject({ failures: 1, status: "queued" });
  // The pause ends before the held order does. As the first accepted order, it would otherwise go before the
  // others.
  await pause(retryDelayMs(1, () => 1) + 100);
  give();
  expect(await workers.ended(slow)).toMatchObject({
    attempts: ["ocr-worker-1 failed page_too_slow", "ocr-worker-1 completed"],
  });
  read.mockRestore();
  const ends: number[] = [];
  for (const id of [slow, ...waiting]) ends.push((await workers.ended(id)).finished_ms ?? 0);
  expect(Math.max(...ends)).toBe(ends[0]);
});

test("a document that is too slow twice fails", async () => {
  const read = vi.spyOn(ProcessPageReader.prototype, "read");
  read.mockImplementation(async () => {
    throw new OrderFailure("page_too_slow");
  });
  workers.startWorker();
  const order = await workers.ended(await workers.order("lease"));
  read.mockRestore();
  expect(order).toMatchObject({ status: "failed", reason_code: "page_too_slow", failures: 2 });
  await workers.queueIsEmpty();
});

test("an order waits when there is no room, and loses no attempt", async () => {
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const save = vi.spyOn(workers.results, "save").mockRejectedValueOnce(full);
  workers.startWorker();
  const order = await workers.ended(await workers.order("lease"));
  save.mockRestore();
  expect(order).toMatchObject({
    failures: 0,
    attempts: ["ocr-worker-1 handed_back storage_full", "ocr-worker-1 completed"],
  });
});

test("an order waits until there is room, and can be cancelled while it waits", async () => {
  const { promise, resolve: makeRoom } = Promise.withResolvers<void>();
  let waits = 0;
  const room = () => {
    waits++;
    return promise;
  };
  const worker = workers.startWorker("waiting", { room });
  const [cancelled, next] = [await workers.order("lease"), await workers.order("lease")];
  await expect.poll(() => waits).toBe(1);
  expect(await workers.summary(cancelled)).toMatchObject({ status: "queued", attempts: [] });
  await worker.consuming();
  expect(await workers.store.cancel(cancelled)).toBe("cancelled");
  makeRoom();
  expect(await workers.ended(next)).toMatchObject({ text: leaseText, attempts: ["waiting completed"] });
  expect(await workers.summary(cancelled)).toMatchObject({ status: "cancelled", attempts: [] });
  await workers.queueIsEmpty();
});

test("a worker that waits for room stops at once, and leaves its order to others", async () => {
  let waits = 0;
  const room = (signal: AbortSignal) => {
    waits++;
    return new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const worker = workers.startWorker("waiting", { room });
  const id = await workers.order("lease");
  await expect.poll(() => waits).toBe(1);
  await worker.close();
  expect(await workers.summary(id)).toMatchObject({ status: "queued", attempts: [], failures: 0 });
  workers.startWorker("next");
  expect(await workers.ended(id)).toMatchObject({ attempts: ["next completed"] });
});

test("an order that kills its workers is claimed a limited number of times", async () => {
  const id = await workers.order("lease");
  for (let failures = 1; failures < maxFailures; failures++) {
    await claimed(workers, id, "dead");
    expect(await collected(workers, id)).toEqual({ state: "queued", failures });
    await endDelays(workers, id);
  }
  await claimed(workers, id, "dead");
  await endLeases(workers.redis, id);
  workers.startWorker();
  const order = await workers.ended(id);
  expect(order).toMatchObject({ status: "failed", reason_code: "worker_lost" });
  expect(order.attempts).toEqual(Array(maxFailures).fill("dead lost worker_lost"));
  await workers.queueIsEmpty();
});

test("a worker that returns before its lease is collected keeps its order", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.lease = answer;
  workers.startWorker("first");
  const id = await workers.order("lease");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  await endLeases(workers.redis, id);
  const end = async () => Number(await workers.redis.zScore(leasesKey, `${id}.1.1`));
  await expect.poll(end, { timeout: 10_000 }).toBeGreaterThan(1);
  workers.startWorker("second");
  give();
  expect(await workers.ended(id)).toMatchObject({
    ...{ text: leaseText, failures: 0 },
    attempts: ["first completed"],
  });
  await workers.queueIsEmpty();
});

test("a worker that lost its order cannot overwrite the result of the next worker", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.lease = answer;
  workers.startWorker("first");
  const id = await workers.order("lease");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  expect(await collected(workers, id)).toMatchObject({ state: "queued" });
  await endDelays(workers, id);
  const order = await claimed(workers, id, "second");
  const page = pageOf(1, [[["the", "second's"]]]);
  await workers.results.savePage(order, page, await pictureOf(page));
  expect(await workers.attempts.complete(order)).toBe("written");
  give();
  workers.answers.lease = () => found;
  await workers.ended(await workers.order("lease"));
  expect(await workers.summary(id)).toMatchObject({
    text: "the second's",
    attempts: ["first lost worker_lost", "second completed"],
  });
  expect(await workers.results.page({ order_id: id, attempt: 1 }, 1)).toBeUndefined();
});
