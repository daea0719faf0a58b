import { createClient } from "redis";
import type { TestProject } from "vitest/node";
import { startRedisContainer } from "./redis-container.ts";

declare module "vitest" {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/**
 * One Redis for all test files of the project; each uses its own database (`redis-database.ts`). It does not
 * wait for the disk. Tests of crashes start a Redis of their own, with the stack's setting.
 */
export default async function startRedis(project: TestProject): Promise<() => Promise<void>> {
  const redis = await startRedisContainer();
  const administrator = await createClient({ url: redis.url }).connect();
  await administrator.configSet("appendfsync", "no");
  await administrator.close();
  project.provide("redisUrl", redis.url);
  return redis.remove;
}
