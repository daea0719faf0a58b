import { setTimeout as pause } from "node:timers/promises";
import { workerReportsKey } from "@orbital-witness/common/stack/stack-keys.ts";
import { readStack } from "@orbital-witness/common/stack/stack-reading.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { orderServices, silentLog } from "../../../../tests/redis/redis-database.ts";
import { WorkTally } from "./work-tally.ts";
import { WorkerReporter, type WorkerReporterOptions } from "./worker-reporter.ts";

const { redis, ofWorker, ofOrderApi } = orderServices();
const read = { confidence: 90, steps: {} };
const reporters: WorkerReporter[] = [];
beforeEach(async () => {
  await redis.flushDb();
});
afterEach(async () => {
  await Promise.all(reporters.splice(0).map((reporter) => reporter.close()));
});

function started(options: Partial<WorkerReporterOptions> = {}) {
  const tally = new WorkTally();
  const reporter = new WorkerReporter(
    {
      ...{ redis: ofWorker, name: "ocr-worker-1", tally, lookMs: 20 },
      ...{ memoryBytes: async () => 42, shortage: () => undefined, ...options },
    },
    silentLog,
  );
  reporters.push(reporter);
  return { tally, reporter };
}

async function pages(): Promise<number> {
  const { minutes } = await readStack(ofOrderApi);
  return minutes.reduce((sum, minute) => sum + minute.pages, 0);
}

test("a worker reports itself at its start, and soon after it did something", async () => {
  const { tally } = started({ shortage: () => "results_disk" });
  await vi.waitFor(async () => expect((await readStack(ofOrderApi)).workers).toHaveLength(1));
  tally.pageRead(700, read);
  tally.attemptFailed("page_damaged");
  tally.orderEnded();
  tally.sourceUsed(true);
  await vi.waitFor(async () => {
    const { workers, minutes } = await readStack(ofOrderApi);
    expect(workers[0]?.report).toEqual({
      ...{ pages_per_minute: 1, memory_bytes: 42, waits_for: "results_disk" },
      source: { answers: true, at_ms: expect.any(Number) },
    });
    expect(minutes.filter((minute) => minute.pages === 1)).toMatchObject([{ orders: 1, ms: 700 }]);
  });
});

test("an idle worker reports itself again only when its rest is over", async () => {
  const restless = started({ name: "restless", restMs: 20 });
  const resting = started({ name: "resting", restMs: 60_000 });
  const reports = () => redis.hGetAll(workerReportsKey);
  await vi.waitFor(async () => expect(Object.keys(await reports())).toHaveLength(2));
  const before = await reports();
  // Reports have a time in seconds.
  await pause(1100);
  const after = await reports();
  expect(after.resting).toBe(before.resting);
  expect(after.restless).not.toBe(before.restless);
  await Promise.all([restless.reporter.close(), resting.reporter.close()]);
});

test("a worker that stops reports its last figures, and is not gone but stopped", async () => {
  const { tally, reporter } = started({ lookMs: 60_000 });
  await vi.waitFor(async () => expect((await readStack(ofOrderApi)).workers).toHaveLength(1));
  tally.pageRead(10, read);
  await reporter.close();
  expect((await readStack(ofOrderApi)).workers).toEqual([]);
  expect(await pages()).toBe(1);
});

test("nothing is counted twice", async () => {
  const { tally } = started();
  for (let count = 0; count < 20; count++) {
    tally.pageRead(10, read);
    await pause(15);
  }
  await vi.waitFor(async () => expect(await pages()).toBe(20));
  await pause(100);
  expect(await pages()).toBe(20);
});
