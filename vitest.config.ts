import { defineConfig } from "vitest/config";

/**
 * How long `expect.poll` waits for what must happen at some time. A test that checks a promised time names
 * that time itself.
 */
const poll = { timeout: 15_000 };

/**
 * Eight projects. `unit` is the quick loop: it needs nothing but Node and stays in vitest's own processes.
 * `processes` starts Node, Git and our services as programs, `ocr` starts engines that read pages, and
 * `redis`, `stack`, `faults` and `own-stacks` start containers. `readers` installs programs that others wrote
 * and lets them read our results.
 * `commands/lib/tests/lanes.ts` says which run side by side.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: [
            "{pulumi,services,commands,lib,bench,offline,samples,web,tests/chaos,tests/docs}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/*.{redis,ocr,process}.test.ts", "web/tests/**"],
          isolate: false,
          setupFiles: ["commands/lib/tests/unit-isolation.ts"],
          // Enough for a machine that is busy with something else.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "processes",
          expect: { poll },
          sequence: { groupOrder: 0 },
          include: ["{services,commands,offline}/**/*.process.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 30_000,
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "ocr",
          sequence: { groupOrder: 0 },
          include: ["services/**/*.ocr.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 60_000,
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "redis",
          expect: { poll },
          sequence: { groupOrder: 1 },
          include: ["services/**/*.redis.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: ["tests/redis/start-redis.ts"],
          // They read pages, which takes several times as long on a busy machine.
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // They wait most of the time. At most 16: each file has one of Redis's 16 databases.
          maxWorkers: 4,
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
          expect: { poll },
          sequence: { groupOrder: 3 },
          include: ["tests/stack/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "faults",
          expect: { poll },
          sequence: { groupOrder: 4 },
          // Not those below `own-stack/`. An `exclude` here would take the place of the ones of a command.
          include: ["{tests/faults,web/tests}/{,slow/,commands/,router/}*.test.ts"],
          globalSetup: ["tests/faults/harness/start-stack.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          // Each file starts a stack that it changes as it likes.
          name: "own-stacks",
          expect: { poll },
          sequence: { groupOrder: 5 },
          include: ["{tests/faults,web/tests}/slow/own-stack/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
