import type { TestProject } from "vitest/node";
import { startRedisContainer } from "./redis-container.ts";

declare module "vitest" {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/** One Redis for all test files of the project; each uses its own database (`redis-database.ts`). */
export default async function startRedis(project: TestProject): Promise<() => Promise<void>> {
  const redis = await startRedisContainer();
  project.provide("redisUrl", redis.url);
  return redis.remove;
}
