import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  heldAnswer,
  type OrderWorkers,
  slowDocument,
  startOrderWorkers,
} from "../../../../tests/redis/order-workers.ts";
import { type RedisContainer, startRedisContainer } from "../../../../tests/redis/redis-container.ts";
import { leaseText } from "../../../../tests/scan.ts";

/** Longer than a worker may be silent about its job, and than a healthy one waits for the next. */
const awayMs = 15_000;

let container: RedisContainer;
let workers: OrderWorkers;
beforeAll(async () => {
  container = await startRedisContainer();
  workers = await startOrderWorkers(container.url);
});
afterAll(async () => {
  await workers.close().finally(container.remove);
});
beforeEach(() => workers.beginAnew());

const fails = (check: () => Promise<void>) =>
  check().then(
    () => false,
    () => true,
  );

const loads = () =>
  workers.redis.ping().then(
    () => false,
    (error: Error) => error.message.startsWith("LOADING"),
  );

/** One worker with an order at hand, whose document `give` lets come, and one that waits for an order. */
async function busyAndIdle() {
  const { answer, give } = heldAnswer();
  workers.answers.deed = answer;
  const busy = workers.startWorker("busy");
  const id = await workers.order("deed");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  const idle = workers.startWorker("idle");
  await expect.poll(() => fails(idle.consuming)).toBe(false);
  return { busy, idle, id, give };
}

/** The order at hand ended at its first attempt, and both workers take orders again. */
async function goOn({ busy, idle, id }: Awaited<ReturnType<typeof busyAndIdle>>) {
  expect(await workers.ended(id, 30_000)).toMatchObject({
    text: leaseText,
    attempts: ["busy completed"],
    failures: 0,
  });
  const next = await Promise.all(Array.from({ length: 4 }, () => workers.order("lease")));
  for (const order of next) expect(await workers.ended(order, 30_000)).toMatchObject({ text: leaseText });
  for (const worker of [busy, idle]) {
    await expect.poll(() => fails(worker.consuming), { timeout: 15_000 }).toBe(false);
  }
  await workers.noJobs(30_000);
}

test("Redis killed and away for a while costs no attempt, and the workers go on by themselves", async () => {
  const both = await busyAndIdle();
  await container.kill();
  await pause(awayMs);
  expect(await fails(both.idle.consuming)).toBe(true);
  await container.start();
  // The queue's lock ran out meanwhile: the job came to the idle worker, which left the order to the busy
  // one.
  const putOff = () => workers.redis.zCard("bull:orders:delayed");
  await expect.poll(putOff, { timeout: 20_000 }).toBe(1);
  both.give();
  await goOn(both);
}, 90_000);

test("an order that ends while Redis is away is written when Redis is back", async () => {
  const both = await busyAndIdle();
  await container.kill();
  both.give();
  await pause(awayMs);
  await container.start();
  await goOn(both);
}, 90_000);

test("Redis paused costs no attempt, and the workers go on by themselves", async () => {
  const both = await busyAndIdle();
  await container.pause();
  both.give();
  await pause(awayMs);
  expect(await fails(both.idle.consuming)).toBe(true);
  await container.unpause();
  await goOn(both);
}, 90_000);

test("a Redis that loads a large file costs no attempt, and the workers go on by themselves", async () => {
  // Too much to load at once, as it is not rewritten to what it comes to.
  await workers.redis.configSet("auto-aof-rewrite-percentage", "0");
  const many = "for i = 1, 20000 do redis.call('INCR', KEYS[1]) end";
  for (let i = 0; i < 150; i++) await workers.redis.eval(many, { keys: ["counter"] });
  const both = await busyAndIdle();
  await container.kill();
  both.give();
  const starting = container.start();
  await expect.poll(loads, { interval: 10, timeout: 10_000 }).toBe(true);
  await starting;
  await goOn(both);
}, 120_000);

test("an order's end is written to a full Redis; what waits is taken when there is room", async () => {
  const { maxmemory = "" } = await workers.redis.configGet("maxmemory");
  const both = await busyAndIdle();
  await workers.redis.configSet("maxmemory", "1");
  try {
    both.give();
    await expect.poll(() => workers.status(both.id), { timeout: 10_000 }).toBe("completed");
    await expect.poll(() => fails(both.idle.consuming), { timeout: 20_000 }).toBe(true);
  } finally {
    await workers.redis.configSet("maxmemory", maxmemory);
  }
  await goOn(both);
}, 90_000);

/**
 * Two workers at a document of which a page is read, and then what happens to Redis. The document is read to
 * its end all the same.
 */
async function inTheMiddle(happens: () => Promise<void>) {
  const pages = 4;
  const document = await slowDocument(pages);
  workers.answers.transfer = () => ({ status: 200, body: document });
  for (const name of ["first", "second"]) workers.startWorker(name);
  const id = await workers.order("transfer");
  const read = async () => (await workers.told(id)).page ?? 0;
  await expect.poll(read, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  await happens();
  expect(await workers.ended(id, 60_000)).toMatchObject({
    ...{ status: "completed", result_pages: pages, failures: 0 },
    pages: Array.from({ length: pages }, (_, index) => ({ page: index + 1, outcome: "read" })),
  });
  await workers.noJobs(30_000);
}

test("Redis killed and away for a while in the middle of a document costs no page", async () => {
  await inTheMiddle(async () => {
    await container.kill();
    await pause(awayMs);
    await container.start();
  });
}, 150_000);

test("Redis full for a while in the middle of a document costs no page", async () => {
  const { maxmemory = "" } = await workers.redis.configGet("maxmemory");
  await inTheMiddle(async () => {
    await workers.redis.configSet("maxmemory", "1");
    await pause(awayMs);
    await workers.redis.configSet("maxmemory", maxmemory);
  });
}, 150_000);

test("workers that were started while Redis was away take orders when it comes", async () => {
  const waiting = await workers.order("lease");
  await container.kill();
  const worker = workers.startWorker();
  await pause(3000);
  expect(await fails(worker.consuming)).toBe(true);
  await container.start();
  expect(await workers.ended(waiting)).toMatchObject({ text: leaseText });
  await worker.consuming();
}, 60_000);

test("a worker that is stopped while Redis is away does not wait for it", async () => {
  const { answer, give } = heldAnswer();
  workers.answers.deed = answer;
  const worker = workers.startWorker("stopped", { finishMs: 500, handBackMs: 500 });
  const id = await workers.order("deed");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  await container.kill();
  try {
    give();
    await expect(worker.close()).rejects.toThrow();
  } finally {
    await container.start();
  }
  workers.startWorker("next");
  expect(await workers.ended(id, 40_000)).toMatchObject({ text: leaseText });
}, 90_000);
