import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  awayMs,
  fails,
  heldAnswer,
  openOrderWorkersOnOwnRedis,
} from "../../../../tests/redis/order-workers.ts";
import { leaseText } from "../../../../tests/scan.ts";

const { container, workers } = await openOrderWorkersOnOwnRedis();

const loads = () =>
  workers.redis.ping().then(
    () => false,
    (error: Error) => error.message.startsWith("LOADING"),
  );

/** A worker with an order, whose document arrives when `give` is called, and an idle worker. */
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

/** Checks that the order ended at its first attempt, and that both workers take orders again. */
async function goOn({ busy, idle, id }: Awaited<ReturnType<typeof busyAndIdle>>) {
  expect(await workers.ended(id)).toMatchObject({
    text: leaseText,
    attempts: ["busy completed"],
    failures: 0,
  });
  const next = await Promise.all(Array.from({ length: 4 }, () => workers.order("lease")));
  for (const order of next) expect(await workers.ended(order)).toMatchObject({ text: leaseText });
  for (const worker of [busy, idle]) {
    await expect.poll(() => fails(worker.consuming), { timeout: 15_000 }).toBe(false);
  }
  await workers.queueIsEmpty();
}

test("killing Redis and restarting it later costs no attempt, and the workers recover", async () => {
  const both = await busyAndIdle();
  await container.kill();
  await pause(awayMs);
  expect(await fails(both.idle.consuming)).toBe(true);
  await container.start();
  // The lease ran out while Redis was away. It begins anew, so that the idle worker leaves the order alone.
  await expect.poll(() => fails(both.idle.consuming), { timeout: 20_000 }).toBe(false);
  both.give();
  await goOn(both);
}, 180_000);

test("the end of an order while Redis is away is written when Redis is back", async () => {
  const both = await busyAndIdle();
  await container.kill();
  both.give();
  await pause(awayMs);
  await container.start();
  await goOn(both);
}, 180_000);

test("pausing Redis costs no attempt, and the workers recover by themselves", async () => {
  const both = await busyAndIdle();
  await container.pause();
  both.give();
  await pause(awayMs);
  expect(await fails(both.idle.consuming)).toBe(true);
  await container.unpause();
  await goOn(both);
}, 180_000);

test("a Redis that loads a large file costs no attempt, and the workers recover by themselves", async () => {
  // The file takes long to load because it is not rewritten to its compact form.
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
}, 180_000);

test("an order's end is written to a full Redis, and waiting orders run once there is room", async () => {
  const { maxmemory = "" } = await workers.redis.configGet("maxmemory");
  const both = await busyAndIdle();
  await workers.redis.configSet("maxmemory", "1");
  try {
    both.give();
    await expect.poll(() => workers.status(both.id), { timeout: 60_000 }).toBe("completed");
    // Only new orders need memory, so the idle worker can still ask for work.
    await pause(awayMs);
    await both.idle.consuming();
  } finally {
    await workers.redis.configSet("maxmemory", maxmemory);
  }
  await goOn(both);
}, 180_000);
