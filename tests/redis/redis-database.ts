import { once } from "node:events";
import { createLog, type Log } from "@orbital-witness/common/log.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { afterAll, beforeAll, inject } from "vitest";

export const silentLog: Log = createLog("test", "silent");

/** The shared Redis with an empty database that no other test file uses at the same time. */
export function redisDatabase(): string {
  const database = Number(process.env.VITEST_POOL_ID ?? 0) % 16;
  return `${inject("redisUrl")}/${database}`;
}

/** How long ended orders are kept in these tests. */
export const retentionSeconds = 3600;

/** Connection, records and queue as in the services; closed after the file's tests. */
export function orderServices(url: string = redisDatabase()) {
  const redis = openRedis(url, silentLog, "reject");
  const blocking = openRedis(url, silentLog, "wait");
  beforeAll(async () => {
    if (!redis.isReady) await once(redis, "ready");
    await redis.flushDb();
  });
  afterAll(() => {
    blocking.destroy();
    return closeRedis(redis);
  });
  const queue = new OrderQueue(redis, blocking);
  const store = new OrderStore(redis, retentionSeconds);
  const attempts = new OrderAttempts(redis, retentionSeconds);
  return { redis, queue, store, attempts };
}
