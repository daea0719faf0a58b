import { statfs } from "node:fs/promises";
import { freeBytes } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { infoField } from "@orbital-witness/common/redis/redis-info.ts";
import type { Stack } from "./stack-schemas.ts";

export type StorageFolders = { resultsFolder: string; redisFolder?: string | undefined };

/** The room in Redis and on disk, and whether Redis can write. */
export type StorageReading = { storage: Stack["storage"]; redis: { loads: boolean; writes: boolean } };

export async function readStorage(
  redis: RedisConnection,
  { resultsFolder, redisFolder }: StorageFolders,
): Promise<StorageReading> {
  const [memory, persistence, results, redisFree] = await Promise.all([
    redis.info("memory"),
    redis.info("persistence"),
    statfs(resultsFolder),
    redisFolder === undefined ? null : freeBytes(redisFolder),
  ]);
  const limit = Number(infoField(memory, "maxmemory"));
  return {
    storage: {
      redis: {
        used_bytes: Number(infoField(memory, "used_memory")),
        max_bytes: limit === 0 ? null : limit,
        disk_free_bytes: redisFree,
      },
      results: { free_bytes: results.bavail * results.bsize, total_bytes: results.blocks * results.bsize },
    },
    redis: {
      loads: infoField(persistence, "loading") === "1",
      writes: infoField(persistence, "aof_last_write_status") === "ok",
    },
  };
}
