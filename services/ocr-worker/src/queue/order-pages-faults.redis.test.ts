import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  awayMs,
  fails,
  heldAnswer,
  openOrderWorkersOnOwnRedis,
  slowDocument,
} from "../../../../tests/redis/order-workers.ts";
import { leaseText } from "../../../../tests/scan.ts";

const { container, workers } = await openOrderWorkersOnOwnRedis();

/**
 * Two workers read a document. After one page `happens` does something to Redis. The document must still be
 * read to its end.
 */
async function inTheMiddle(happens: () => Promise<void>) {
  const pages = 4;
  const document = await slowDocument(pages);
  workers.answers.transfer = () => ({ status: 200, body: document });
  for (const name of ["first", "second"]) workers.startWorker(name);
  const id = await workers.order("transfer");
  const read = async () => (await workers.summary(id)).page ?? 0;
  await expect.poll(read, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
  await happens();
  expect(await workers.ended(id)).toMatchObject({
    ...{ status: "completed", result_pages: pages, failures: 0 },
    pages: Array.from({ length: pages }, (_, index) => ({ page: index + 1, outcome: "read" })),
  });
  await workers.queueIsEmpty();
}

test("killing Redis and restarting it later, in the middle of a document, costs no page", async () => {
  await inTheMiddle(async () => {
    await container.kill();
    await pause(awayMs);
    await container.start();
  });
}, 180_000);

test("a Redis that is full for a while, in the middle of a document, costs no page", async () => {
  const { maxmemory = "" } = await workers.redis.configGet("maxmemory");
  await inTheMiddle(async () => {
    await workers.redis.configSet("maxmemory", "1");
    await pause(awayMs);
    await workers.redis.configSet("maxmemory", maxmemory);
  });
}, 180_000);

test("workers that were started while Redis was away take orders once Redis is there", async () => {
  const waiting = await workers.order("lease");
  await container.kill();
  const worker = workers.startWorker();
  await pause(3000);
  expect(await fails(worker.consuming)).toBe(true);
  await container.start();
  expect(await workers.ended(waiting)).toMatchObject({ text: leaseText });
  await worker.consuming();
}, 180_000);

test("a worker that is stopped while Redis is away does not wait for Redis", async () => {
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
  expect(await workers.ended(id)).toMatchObject({ text: leaseText });
}, 180_000);
