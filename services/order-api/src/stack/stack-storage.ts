import { statfs } from "node:fs/promises";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import type { Stack } from "./stack-schemas.ts";

export type StorageFolders = { resultsFolder: string; redisFolder?: string | undefined };

/** The room in Redis and on disk, and whether Redis can write. */
export type StorageReading = { storage: Stack["storage"]; redis: { loads: boolean; writes: boolean } };

export async function readStorage(
  redis: RedisConnection,
  { resultsFolder, redisFolder }: StorageFolders,
): Promise<StorageReading> {
  const [memory, persistence, results, redisDisk] = await Promise.all([
    redis.info("memory"),
    redis.info("persistence"),
    statfs(resultsFolder),
    redisFolder === undefined ? undefined : statfs(redisFolder),
  ]);
  const limit = Number(fieldOf(memory, "maxmemory"));
  return {
    storage: {
      redis: {
        used_bytes: Number(fieldOf(memory, "used_memory")),
        max_bytes: limit === 0 ? null : limit,
        disk_free_bytes: redisDisk === undefined ? null : redisDisk.bavail * redisDisk.bsize,
      },
      results: { free_bytes: results.bavail * results.bsize, total_bytes: results.blocks * results.bsize },
    },
    redis: {
      loads: fieldOf(persistence, "loading") === "1",
      writes: fieldOf(persistence, "aof_last_write_status") === "ok",
    },
  };
}

function fieldOf(info: string, name: string): string {
  const found = new RegExp(`^${name}:(\\w+)`, "m").exec(info)?.[1];
  if (found === undefined) throw new Error(`Redis' INFO has no ${name}`);
  return found;
}
