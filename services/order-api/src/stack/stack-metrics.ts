import type { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import type { StackReader } from "./stack-reader.ts";
import type { Stack } from "./stack-schemas.ts";

/** How long an answer waits for Redis, in ms. */
const readMs = 1500;

const workerStates = ["reading", "idle", "gone"] as const satisfies Stack["workers"][number]["state"][];

/**
 * What `GET /stack` knows of the queue, the workers, Redis and the disks. While Redis does not answer, only
 * `orbital_redis_up` has a value, which is 0: old numbers would look like new ones.
 */
export function addStackMetrics(metrics: Metrics, stack: Pick<StackReader, "read">): void {
  const up = metrics.gauge({ name: "redis_up", help: "Whether Redis answers the Order API" });
  const known = stackGauges(metrics);
  metrics.beforeAnswer(async () => {
    known.forget();
    const read = await within(readMs, stack.read()).catch(() => undefined);
    up.set(read ? 1 : 0);
    if (!read) return;
    const { queue, workers, parts } = read;
    const { redis, results } = read.storage;
    for (const state of ["waiting", "running", "delayed"] as const) known.items.set({ state }, queue[state]);
    known.oldest.set({}, queue.oldest_seconds ?? 0);
    for (const state of workerStates)
      known.workers.set({ state }, workers.filter((worker) => worker.state === state).length);
    for (const { name, healthy } of parts) known.healthy.set({ part: name }, healthy ? 1 : 0);
    known.memory.set({}, redis.used_bytes);
    if (redis.max_bytes !== null) known.memoryLimit.set({}, redis.max_bytes);
    if (redis.disk_free_bytes !== null) known.free.set({ disk: "redis" }, redis.disk_free_bytes);
    known.free.set({ disk: "results" }, results.free_bytes);
    known.size.set({ disk: "results" }, results.total_bytes);
  });
}

function stackGauges(metrics: Metrics) {
  const labelled = {
    items: metrics.gauge({
      name: "queue_items",
      help: "Orders, documents with pages left and single pages in the queue",
      labels: ["state"],
    }),
    workers: metrics.gauge({ name: "workers", help: "OCR workers", labels: ["state"] }),
    healthy: metrics.gauge({ name: "part_healthy", help: "Whether a part works", labels: ["part"] }),
    free: metrics.gauge({ name: "disk_free_bytes", help: "Free space on a disk", labels: ["disk"] }),
    size: metrics.gauge({ name: "disk_size_bytes", help: "Size of a disk", labels: ["disk"] }),
  };
  const single = {
    oldest: metrics.gauge({
      name: "queue_oldest_seconds",
      help: "How long the oldest order waits that no worker has begun; 0 if there is none",
    }),
    memory: metrics.gauge({ name: "redis_memory_used_bytes", help: "Memory that Redis uses" }),
    memoryLimit: metrics.gauge({ name: "redis_memory_max_bytes", help: "Memory that Redis may use" }),
  };
  const forget = () => {
    for (const gauge of Object.values(labelled)) gauge.reset();
    // Without labels, `reset` would say 0.
    for (const gauge of Object.values(single)) gauge.remove();
  };
  return { ...labelled, ...single, forget };
}
