import { beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { healthOf, untilHealthy } from "./health.ts";

interface Look {
  /** `.State.Status`, health and restarts, as the engine gives them. */
  readonly state: string;
  /** Processor time of the container's program. */
  readonly time?: string;
  readonly log?: string;
}

/** The state of the engine, by seconds since the start. */
let lookAt: (seconds: number) => Look = () => ({ state: "running healthy 0" });
let startedAt = 0;

vi.mock("./docker-cli.ts", () => {
  const now = () => lookAt((Date.now() - startedAt) / 1000);
  return {
    docker: async (args: string[]) => (args[2] === "{{.State.Pid}}" ? "7" : now().state),
    dockerLines: async () => [
      `7 1 00:00:00 docker-init`,
      `8 7 ${now().time ?? "00:00:00"} node src/main.ts`,
      `9 1 00:00:0${Math.floor(Date.now() / 1000) % 10} sh -c a health check`,
    ],
    logTail: async () => now().log ?? "",
  };
});

// Vitest's fake timers do not replace this module.
vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}));

beforeEach(() => {
  vi.useFakeTimers();
  startedAt = Date.now();
});

async function outcome(quietSeconds: number): Promise<{ seconds: number; error?: unknown }> {
  const ended = untilHealthy("redis", quietSeconds).then(
    () => ({}),
    (error: unknown) => ({ error }),
  );
  let result: { error?: unknown } | undefined;
  ended.then((value) => {
    result = value;
  });
  while (result === undefined) {
    await vi.advanceTimersByTimeAsync(100);
  }
  return { seconds: (Date.now() - startedAt) / 1000, ...result };
}

test("a container that was created and never started counts as stopped", async () => {
  lookAt = () => ({ state: "created none 0" });
  expect(await healthOf("redis")).toBe("stopped");
});

test.each([
  ["uses processor time", (seconds: number) => ({ time: `00:00:${Math.floor(seconds / 5)}` })],
  ["writes to its log", (seconds: number) => ({ log: `line ${Math.floor(seconds / 5)}` })],
])("waiting for a slow container that %s continues beyond the quiet limit", async (_, sign) => {
  lookAt = (seconds) =>
    seconds < 90 ? { state: "running starting 0", ...sign(seconds) } : { state: "running healthy 0" };
  const { seconds, error } = await outcome(10);
  expect(error).toBeUndefined();
  expect(seconds).toBeGreaterThanOrEqual(90);
});

test("only restarts during the wait count", async () => {
  lookAt = (seconds) => ({ state: seconds < 5 ? "running starting 9" : "running healthy 9" });
  expect((await outcome(10)).error).toBeUndefined();
});

test.each<[string, (seconds: number) => Look, RegExp, number]>([
  [
    "hangs",
    () => ({ state: "running starting 0" }),
    /^The container redis .*no progress for 10 s.*its log:\n$/s,
    25,
  ],
  [
    "writes to its log but does not become healthy",
    (seconds) => ({ state: "running starting 0", log: `line ${Math.floor(seconds / 5)}` }),
    /not healthy after 100 s.*\nline 20$/s,
    110,
  ],
  [
    "keeps exiting",
    (seconds) => ({ state: `restarting none ${Math.floor(seconds)}`, log: "no such file" }),
    /exited 3 times.*\nno such file$/s,
    5,
  ],
  ["is unhealthy", () => ({ state: "running unhealthy 0" }), /is unhealthy/, 1],
  ["has exited", () => ({ state: "exited none 0" }), /is exited/, 1],
])("waiting for a container that %s fails", async (_, look, message, atMostSeconds) => {
  lookAt = look;
  const { seconds, error } = await outcome(10);
  expect(error).toBeInstanceOf(Failure);
  expect((error as Failure).message).toMatch(message);
  expect(seconds).toBeLessThan(atMostSeconds);
});
