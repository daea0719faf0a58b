import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLog, type Log } from "@orbital-witness/common/log.ts";
import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { afterAll, beforeAll, inject } from "vitest";
import { redisUrlAs } from "./redis-container.ts";

export const silentLog: Log = createLog("test", "silent");

/** The shared Redis with an empty database that no other test file uses at the same time. */
export function redisDatabase(): string {
  const database = Number(process.env.VITEST_POOL_ID ?? 0) % 16;
  return `${inject("redisUrl")}/${database}`;
}

/** How long ended orders are kept in these tests. */
export const retentionSeconds = 3600;

/**
 * Connections, records and queue with the services' users in Redis; closed after the file's tests.
 * `redis` is the administrator's connection. `expiry` has the records as the workers use them.
 * `resultsFolder`: the folder of the ended orders, by default a new one.
 */
export function orderServices(url: string = redisDatabase(), resultsFolder: string = newFolder()) {
  const redis = openRedis(url, silentLog, "reject");
  const ofOrderApi = openRedis(redisUrlAs("order-api", url), silentLog, "reject");
  const ofWorker = openRedis(redisUrlAs("ocr-worker", url), silentLog, "reject");
  const blocking = openRedis(redisUrlAs("ocr-worker", url), silentLog, "wait");
  const connections = [redis, ofOrderApi, ofWorker];
  beforeAll(async () => {
    for (const each of connections) if (!each.isReady) await once(each, "ready");
    await redis.flushDb();
  });
  afterAll(async () => {
    blocking.destroy();
    await Promise.all(connections.map(closeRedis));
  });
  const results = openResultStore({ folder: resultsFolder });
  const queue = new OrderQueue(ofWorker, blocking);
  const store = new OrderStore(ofOrderApi, results, retentionSeconds);
  const expiry = new OrderStore(ofWorker, results, retentionSeconds);
  const attempts = new OrderAttempts(ofWorker);
  const archive = new OrderArchive(ofWorker, expiry, results);
  const records = { store, expiry, archive, results, folder: resultsFolder };
  return { redis, ofOrderApi, ofWorker, queue, attempts, ...records };
}

/** A folder that is removed after the file's tests. A last file may still be written to it by then. */
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-results-"));
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}
