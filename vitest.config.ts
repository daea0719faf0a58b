import { defineConfig } from "vitest/config";

/**
 * Three projects behind one `npm test`, one after the other, since some tests bound a time: `unit` needs nothing but
 * Node; `redis` and `stack` start containers.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["{pulumi,services,commands,offline,documents}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.redis.test.ts"],
          // For machines that are busy with something else.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "redis",
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
          include: ["tests/stack/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
