import { tmpdir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { orderServices, silentLog } from "../../../../tests/redis/redis-database.ts";
import { accepted } from "../../../../tests/redis/sample-order.ts";
import { CapacityGuard, type CapacityOptions, reserves } from "./capacity-guard.ts";

const { redis, ofOrderApi, store } = orderServices();
const gibibyte = 2 ** 30;

/** A guard of two file systems whose free space the test sets. */
function guarded(options: Partial<CapacityOptions> = {}) {
  const free = { "/results": gibibyte, "/redis": gibibyte };
  const folders = { resultsFolder: "/results", redisFolder: "/redis" };
  const freeBytes = async (folder: string) => free[folder as keyof typeof free];
  const guard = new CapacityGuard(
    { redis: ofOrderApi, ...folders, reserve: reserves.accepting, freeBytes, ...options },
    silentLog,
  );
  onTestFinished(() => guard.close());
  const shortage = () => expect.poll(() => guard.shortage, { timeout: 5000 });
  return { free, guard, shortage };
}

test.each([
  ["results_disk", "/results"],
  ["redis_disk", "/redis"],
] as const)("a full %s is reported as short until there is room again", async (of, folder) => {
  const { free, shortage } = guarded();
  free[folder] = reserves.accepting.bytes - 1;
  await shortage().toMatchObject({ of, freeBytes: free[folder] });
  free[folder] = gibibyte;
  await shortage().toBeUndefined();
});

test("Redis' file system needs extra space as large as Redis' data, for rewriting its file", async () => {
  const { free, shortage } = guarded();
  free["/redis"] = reserves.accepting.bytes + 1000;
  await shortage().toMatchObject({ of: "redis_disk" });
});

test("waiting orders reserve the room that they will need", async () => {
  await accepted(store);
  const { free, shortage } = guarded();
  free["/results"] = reserves.accepting.bytes + reserves.accepting.ofOrder / 2;
  await shortage().toMatchObject({ of: "results_disk" });
  await redis.flushDb();
  await shortage().toBeUndefined();
});

test("workers continue after new orders are refused", async () => {
  const accepting = guarded();
  const working = guarded({ reserve: reserves.working });
  for (const { free } of [accepting, working]) free["/results"] = 100 * 2 ** 20;
  await accepting.shortage().toMatchObject({ of: "results_disk" });
  expect(working.guard.shortage).toBeUndefined();
});

test("`room` waits until there is room, or until its signal aborts", async () => {
  const { free, guard, shortage } = guarded();
  await guard.room(AbortSignal.timeout(1000));
  free["/results"] = 0;
  await shortage().toBeDefined();
  const stopped = new AbortController();
  const given = guard.room(stopped.signal);
  stopped.abort(new Error("stopped"));
  await expect(given).rejects.toThrow("stopped");
  let isThere = false;
  const room = guard.room(AbortSignal.timeout(5000)).then(() => {
    isThere = true;
  });
  expect(isThere).toBe(false);
  free["/results"] = gibibyte;
  await room;
});

test("the free space of a real file system is measured", async () => {
  const bytes = Number.MAX_SAFE_INTEGER;
  const guard = new CapacityGuard(
    { redis, resultsFolder: tmpdir(), reserve: { bytes, ofOrder: 0, redisMs: 1000, meanwhile: "" } },
    silentLog,
  );
  onTestFinished(() => guard.close());
  await expect.poll(() => guard.shortage?.freeBytes, { timeout: 5000 }).toBeGreaterThan(0);
});
