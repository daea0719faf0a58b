import { once } from "node:events";
import { createLog, type Log } from "@orbital-witness/common/log.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
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
 */
export function orderServices(url: string = redisDatabase()) {
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
  const queue = new OrderQueue(ofWorker, blocking);
  const store = new OrderStore(ofOrderApi, retentionSeconds);
  const expiry = new OrderStore(ofWorker, retentionSeconds);
  const attempts = new OrderAttempts(ofWorker, retentionSeconds);
  return { redis, ofOrderApi, ofWorker, queue, store, expiry, attempts };
}
