import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Look } from "./engine.ts";
import { type Outcome, untilHealthy, type WaitOptions } from "./until-healthy.ts";

// Vitest's fake timers do not replace this module.
vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}));

/** The state of the engine, by seconds since the start. */
type Engine = (seconds: number) => (Partial<Look> & { sign?: string }) | undefined;

let startedAt = 0;
let restartedAt: number | undefined;
const seconds = () => (Date.now() - startedAt) / 1000;

beforeEach(() => {
  vi.useFakeTimers();
  startedAt = Date.now();
  restartedAt = undefined;
});
afterEach(() => void vi.useRealTimers());

async function waitFor(engine: Engine, options: Partial<WaitOptions> = {}) {
  const stub = {
    look: async () => {
      const look = engine(seconds());
      return look && { status: "running", health: "starting", restarts: 0, exitCode: 0, ...look };
    },
    progress: async () => engine(seconds())?.sign ?? "",
    restart: async () => {
      restartedAt = seconds();
    },
  };
  let outcome: Outcome | undefined;
  const end = untilHealthy(stub, "redis", { quietSeconds: 10, ...options });
  end.then((value) => {
    outcome = value;
  });
  while (outcome === undefined) await vi.advanceTimersByTimeAsync(50);
  return { outcome, seconds: seconds() };
}

const failed = (what: unknown, isEnding = false) => ({ kind: "failed", what, isEnding });
/** A container that runs for some seconds and ends; the engine's pause doubles with each restart. */
const crashing =
  (lifeSeconds: number, exitCode: number): Engine =>
  (now) => {
    let [at, pause, restarts] = [0, 0.1, 0];
    for (;;) {
      if (now < at + lifeSeconds) return { restarts };
      at += lifeSeconds;
      restarts += 1;
      if (now < at + pause) return { status: "restarting", restarts, exitCode };
      at += pause;
      pause *= 2;
    }
  };

test("a container that becomes healthy", async () => {
  const { outcome } = await waitFor((now) => ({ health: now < 3 ? "starting" : "healthy" }));
  expect(outcome).toEqual({ kind: "healthy" });
});

test.each([0.05, 0.3, 1, 2, 3])("one that ends %d s after each start fails within 10 s", async (life) => {
  const { outcome, seconds } = await waitFor(crashing(life, 3));
  const what = expect.stringMatching(
    /^exits again and again: [23] times in \d\.\d s, the last time with code 3$/,
  );
  expect(outcome).toEqual(failed(what, true));
  expect(seconds).toBeLessThan(10);
});

test("one that ended twice and is healthy then", async () => {
  const { outcome } = await waitFor((now) =>
    now < 1 ? crashing(0.4, 1)(now) : { health: "healthy", restarts: 2 },
  );
  expect(outcome).toEqual({ kind: "healthy" });
});

test("restarts before the wait do not count", async () => {
  const { outcome } = await waitFor((now) => ({ restarts: 9, health: now < 5 ? "starting" : "healthy" }));
  expect(outcome).toEqual({ kind: "healthy" });
});

test("one that an earlier update left between two restarts is tried again at once", async () => {
  const left = { status: "restarting", restarts: 12, exitCode: 1 };
  const { outcome } = await waitFor((now) => {
    if (restartedAt === undefined) return left;
    return now < restartedAt + 1 ? { restarts: 0 } : { health: "healthy" };
  });
  expect(outcome).toEqual({ kind: "healthy" });
  expect(restartedAt).toBeLessThan(1);
  restartedAt = undefined;
  startedAt = Date.now();
  const again = await waitFor((now) => (restartedAt === undefined ? left : crashing(0.5, 1)(now)));
  expect(again.outcome).toEqual(failed(expect.stringMatching(/^exits again and again/), true));
});

test.each<[string, Engine]>([
  ["uses processor time or writes to its log", (now) => ({ sign: String(Math.floor(now / 5)) })],
])("a slow container that %s may take longer", async (_, engine) => {
  const { outcome, seconds } = await waitFor((now) => (now < 90 ? engine(now) : { health: "healthy" }));
  expect(outcome).toEqual({ kind: "healthy" });
  expect(seconds).toBeGreaterThanOrEqual(90);
});

test.each<[string, Engine, unknown, number]>([
  ["hangs", () => ({}), failed("is not healthy, and has made no progress for 20 s"), 27],
  [
    "never ends to start",
    (now) => ({ sign: String(Math.floor(now / 5)) }),
    failed("is not healthy after 200 s"),
    201,
  ],
  ["is unhealthy and stays so", () => ({ health: "unhealthy" }), failed("is unhealthy"), 16],
  ["is paused", () => ({ status: "paused" }), failed("is paused"), 1],
  ["was stopped by hand", () => ({ status: "exited" }), { kind: "left", what: "is exited" }, 1],
  ["was removed by hand", () => undefined, { kind: "left", what: "was removed" }, 1],
])("a container that %s", async (_, engine, expected, atMostSeconds) => {
  const { outcome, seconds } = await waitFor(engine, { quietSeconds: 20 });
  expect(outcome).toEqual(expected);
  expect(seconds).toBeLessThan(atMostSeconds);
});

test("an unhealthy container may recover", async () => {
  const engine: Engine = (now) => ({ health: now < 12 ? "unhealthy" : "healthy" });
  const { outcome } = await waitFor(engine, { quietSeconds: 20 });
  expect(outcome).toEqual({ kind: "healthy" });
});

test("the wait says once that it is slow, and ends when another part has failed", async () => {
  const onSlow = vi.fn();
  const { outcome, seconds: after } = await waitFor(() => ({}), { onSlow, isOver: () => seconds() > 8 });
  expect(outcome).toEqual(failed("was not healthy yet when another part failed"));
  expect(after).toBeLessThan(9);
  expect(onSlow).toHaveBeenCalledTimes(1);
});
