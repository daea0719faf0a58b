import { workerReportsKey } from "@orbital-witness/common/stack/stack-keys.ts";
import { addFailure, addPage, noFigures, report } from "@orbital-witness/common/stack/worker-reports.ts";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { alice, bob, codeOf, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed } from "../../../../tests/redis/sample-order.ts";
import { type Stack, stackSchema } from "./stack-schemas.ts";

const services = orderServices();
const { redis, ofWorker, store, queue } = services;
const opened: ReturnType<typeof openOrderApi>[] = [];
afterAll(() => Promise.all(opened.map((api) => api.close())));
beforeEach(async () => {
  await redis.flushDb();
});

/** Each call is a new Order API: what it answers is not in its memory. */
async function stack(options: Parameters<typeof openOrderApi>[1] = {}): Promise<Stack> {
  const api = openOrderApi(redisDatabase(), options);
  opened.push(api);
  await vi.waitFor(() => expect(api.redis.isReady).toBe(true));
  const answer = await api.as(bob).get("/stack");
  expect(answer.status).toBe(200);
  return stackSchema.strict().parse(await answer.json());
}

test("only operators see the stack", async () => {
  const api = openOrderApi(redisDatabase());
  opened.push(api);
  expect(await codeOf(await api.as(alice).get("/stack"))).toEqual([403, "not_operator"]);
  expect((await api.send("GET", "/stack")).status).toBe(401);
});

test("an idle stack has a queue without orders, and no worker", async () => {
  const answer = await stack();
  expect(answer).toMatchObject({
    ...{ workers: [], failures: [], page_ms: null },
    queue: { waiting: 0, running: 0, delayed: 0, oldest_seconds: null },
    parts: [
      { name: "order-api", healthy: true, waits_for: null },
      { name: "redis", healthy: true, waits_for: null },
      { name: "workers", healthy: false, waits_for: "a worker to start" },
    ],
  });
  expect(answer.minutes).toHaveLength(15);
  expect(answer.minutes.every(({ page_ms }) => page_ms === null)).toBe(true);
  const { redis: memory, results } = answer.storage;
  expect(memory.used_bytes).toBeGreaterThan(100_000);
  expect(results.total_bytes).toBeGreaterThanOrEqual(results.free_bytes);
});

test("workers of this and of the last version are shown with what they read", async () => {
  const { order_id } = await accepted(store);
  await queue.next("ocr-worker-2");
  await queue.next("ocr-worker-10");
  await claimed(services, order_id, "ocr-worker-10");
  const what = { pages_per_minute: 7, memory_bytes: 1000 };
  await report(ofWorker, "ocr-worker-2", { report: what, figures: noFigures() });
  const { workers, parts, queue: counts } = await stack();
  const time = expect.stringMatching(/Z$/);
  expect(workers).toEqual([
    {
      ...{ name: "ocr-worker-2", state: "idle", order_id: null, page: null, since: null, ...what },
      last_seen_at: time,
    },
    {
      ...{ name: "ocr-worker-10", state: "reading", order_id, page: null, since: time },
      ...{ pages_per_minute: null, memory_bytes: null, last_seen_at: time },
    },
  ]);
  expect(parts.at(-1)).toEqual({ name: "workers", healthy: true, waits_for: null });
  expect(counts).toMatchObject({ running: 1, waiting: 0 });
});

test("a worker that is killed shows as gone, and disappears after ten minutes", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await redis.hSet(workerReportsKey, {
    killed: `${seconds - 30} {"pages_per_minute":3}`,
    forgotten: `${seconds - 700} {"pages_per_minute":3}`,
  });
  const { workers, parts } = await stack();
  expect(workers).toMatchObject([{ name: "killed", state: "gone", order_id: null, pages_per_minute: null }]);
  expect(parts.at(-1)).toMatchObject({ name: "workers", healthy: false });
});

test("figures are kept across restarts of the Order API", async () => {
  const figures = noFigures();
  for (const ms of [...Array(19).fill(1000), 9000]) addPage(figures, ms);
  for (const code of ["page_damaged", "document_not_found", "page_damaged"]) addFailure(figures, code);
  figures.orders = 5;
  await report(ofWorker, "a", { report: { pages_per_minute: 20 }, figures });
  for (let restart = 0; restart < 2; restart++) {
    const { minutes, failures, page_ms } = await stack();
    const busy = minutes.find(({ pages }) => pages > 0);
    expect(busy).toMatchObject({ pages: 20, failures: 3, orders: 5, page_ms: 1400 });
    expect(failures).toEqual([
      { code: "page_damaged", count: 2 },
      { code: "document_not_found", count: 1 },
    ]);
    expect(page_ms?.mean).toBe(1400);
    expect(page_ms?.p95).toBeGreaterThan(900);
    expect(page_ms?.p95).toBeLessThan(1100);
  }
});

test("the parts tell what they wait for", async () => {
  const source = { answers: false, at_ms: Date.now() };
  const waiting = { pages_per_minute: 0, waits_for: "results_disk", source };
  await report(ofWorker, "a", { report: waiting, figures: noFigures() });
  const api = openOrderApi(redisDatabase(), {
    freeBytes: async () => 0,
    neighbours: { "auth-api": "http://127.0.0.1:1/readyz" },
  });
  opened.push(api);
  await vi.waitFor(async () => {
    const answer = await api.as(bob).get("/stack");
    expect(stackSchema.parse(await answer.json()).parts).toEqual([
      { name: "order-api", healthy: false, waits_for: "room on the disk of the results" },
      { name: "auth-api", healthy: false, waits_for: null },
      { name: "redis", healthy: true, waits_for: null },
      { name: "documents", healthy: false, waits_for: null },
      { name: "workers", healthy: false, waits_for: "room on the disk of the results" },
    ]);
  }, 5000);
});

test("without Redis the answer is a 503", async () => {
  const api = openOrderApi("redis://127.0.0.1:1");
  opened.push(api);
  const answer = await api.as(bob).get("/stack");
  expect(answer.headers.get("Retry-After")).toBe("1");
  expect(await codeOf(answer)).toEqual([503, "store_unavailable"]);
});
