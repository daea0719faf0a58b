import { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { noFigures, report } from "@orbital-witness/common/stack/worker-reports.ts";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { alice, bob, lease, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed } from "../../../../tests/redis/sample-order.ts";

const services = orderServices();
const { redis, ofWorker, store } = services;
const opened: ReturnType<typeof openOrderApi>[] = [];
afterAll(() => Promise.all(opened.map((api) => api.close())));
beforeEach(async () => {
  await redis.flushDb();
});

async function started(options: Parameters<typeof openOrderApi>[1] = {}, url = redisDatabase()) {
  const metrics = new Metrics();
  const api = openOrderApi(url, { metrics, redisFolder: "/", ...options });
  opened.push(api);
  if (url === redisDatabase()) await vi.waitFor(() => expect(api.redis.isReady).toBe(true));
  /** The value of one sample, whose name is without its prefix; undefined if there is none. */
  const value = async (sample: string) => {
    const line = (await metrics.text()).split("\n").find((one) => one.startsWith(`orbital_${sample} `));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
  return { api, metrics, value };
}

test("the queue and the workers are those of GET /stack", async () => {
  await accepted(store);
  const { order_id } = await accepted(store);
  await claimed(services, order_id, "ocr-worker-1");
  await report(ofWorker, "ocr-worker-1", { report: { pages_per_minute: 0 }, figures: noFigures() });
  const { value } = await started();
  expect(await value("redis_up")).toBe(1);
  expect(await value('queue_items{state="waiting"}')).toBe(1);
  expect(await value('queue_items{state="running"}')).toBe(1);
  expect(await value('queue_items{state="delayed"}')).toBe(0);
  expect(await value('workers{state="reading"}')).toBe(1);
  expect(await value('workers{state="gone"}')).toBe(0);
  expect(await value('part_healthy{part="workers"}')).toBe(1);
});

test("the age of the queue is that of its oldest order", async () => {
  const { value } = await started();
  expect(await value("queue_oldest_seconds")).toBe(0);
  const { order_id } = await accepted(store);
  const item = (await redis.zRange("queue:waiting", 0, 0))[0] ?? "";
  const since = Date.now() - 120_000;
  const older = item.replace(/^(\d+):\d+:/, `$1:${String(since + 60_000).padStart(13, "0")}:`);
  await redis.zRem("queue:waiting", item);
  await redis.zAdd("queue:waiting", { score: 0, value: older });
  await redis.hSet(`order:${order_id}`, { queued_ms: since, place: older });
  const second = await started();
  expect(await second.value("queue_oldest_seconds")).toBeGreaterThanOrEqual(119);
  expect(await second.value("queue_oldest_seconds")).toBeLessThan(150);
});

test("Redis' memory and the disks are in bytes", async () => {
  const { value } = await started();
  expect(await value("redis_memory_used_bytes")).toBeGreaterThan(100_000);
  expect(await value('disk_free_bytes{disk="results"}')).toBeGreaterThan(1_000_000);
  expect(await value('disk_free_bytes{disk="redis"}')).toBeGreaterThan(1_000_000);
  expect(await value('disk_size_bytes{disk="results"}')).toBeGreaterThan(1_000_000);
});

test("without Redis there are no old numbers, and the rest is there", async () => {
  const { value, metrics } = await started({}, "redis://127.0.0.1:1");
  expect(await value("redis_up")).toBe(0);
  const text = await metrics.text();
  for (const name of ["queue_items", "queue_oldest_seconds", "redis_memory_used_bytes", "disk_free_bytes"]) {
    expect(text, name).not.toMatch(new RegExp(`^orbital_${name}[ {]`, "m"));
  }
  expect(await value("event_streams_open")).toBe(0);
});

test("requests count by route, quotas by use, and streams while they are open", async () => {
  const { api, value } = await started({ ordersPerMinute: 2 });
  for (let n = 0; n < 3; n++) await api.as(alice).post("/orders", lease);
  const of = (code: number) =>
    value(`http_request_duration_seconds_count{method="POST",route="/orders",code="${code}"}`);
  expect([await of(202), await of(429)]).toEqual([2, 1]);
  expect(await value('quota_used_ratio_bucket{le="1",quota="orders"}')).toBe(2);
  expect(await value('quota_used_ratio_bucket{le="+Inf",quota="orders"}')).toBe(3);
  expect(await value('quota_limit{quota="orders"}')).toBe(2);
  const stream = await api.as(alice).get("/orders/events");
  const other = await api.as(bob).get("/orders/events");
  expect(await value("event_streams_open")).toBe(2);
  expect(await value("event_streams_open_most_of_one_user")).toBe(1);
  expect(await value("event_streams_limit")).toBe(100);
  await Promise.all([stream.body?.cancel(), other.body?.cancel()]);
  await vi.waitFor(async () => expect(await value("event_streams_open")).toBe(0));
  for (const limiter of ["uploads", "bulk", "searches", "pdf-downloads", "text-downloads"])
    expect(await value(`slots{limiter="${limiter}"}`), limiter).toBeGreaterThan(0);
});
