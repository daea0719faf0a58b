import { defineConfig } from "vitest/config";

/**
 * Three projects behind one `npm test`: `unit` needs nothing but Node; `redis` and `stack` start containers.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{pulumi,services,commands,offline,documents}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.redis.test.ts"],
          // For machines that are busy with something else.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "redis",
          include: ["services/**/*.redis.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: ["tests/redis/start-redis.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "stack",
          include: ["tests/stack/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
