import { defineConfig } from "vitest/config";

/** What the fault tests have in common, those of seconds and the slow ones. */
const faults = {
  globalSetup: ["tests/faults/start-stack.ts"],
  fileParallelism: false,
  hookTimeout: 300_000,
};

/**
 * Five projects behind one `npm test`, one after the other, since some tests bound a time: `unit` needs nothing but
 * Node; `redis`, `stack` and `faults` start containers; `readers` installs programs that others wrote, to read our results. `faults-slow` is
 * `npm run test:faults`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: [
            "{pulumi,services,commands,lib,bench,offline,samples,tests/chaos,tests/docs}/**/*.test.ts",
          ],
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
          name: "readers",
          sequence: { groupOrder: 2 },
          include: ["tests/readers/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "stack",
          sequence: { groupOrder: 3 },
          include: ["tests/stack/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...faults,
          name: "faults",
          sequence: { groupOrder: 4 },
          include: ["tests/faults/*.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...faults,
          name: "faults-slow",
          sequence: { groupOrder: 5 },
          include: ["tests/faults/slow/*.test.ts"],
          testTimeout: 300_000,
        },
      },
    ],
  },
});
