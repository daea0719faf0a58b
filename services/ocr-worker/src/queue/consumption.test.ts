import { ErrorReply } from "redis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Consumption, silentBeatsLimit } from "./consumption.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a worker consumes while its queue answers, and for the longest wait for a job after that", () => {
  const consumption = new Consumption();
  expect(consumption.consuming).toBe(false);
  consumption.answered();
  expect(consumption.consuming).toBe(true);
  vi.advanceTimersByTime(11_000);
  expect(consumption.consuming).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(consumption.consuming).toBe(false);
  consumption.answered();
  expect(consumption.consuming).toBe(true);
});

test("a worker consumes while it runs an order, however long", async () => {
  const consumption = new Consumption();
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = consumption.during(promise);
  vi.advanceTimersByTime(100_000);
  expect(consumption.consuming).toBe(true);
  resolve();
  await running;
  expect(consumption.consuming).toBe(true);
  vi.advanceTimersByTime(12_000);
  expect(consumption.consuming).toBe(false);
});

test("a worker whose requests for jobs are refused does not consume", () => {
  const consumption = new Consumption();
  consumption.answered();
  consumption.refused(new ErrorReply("OOM command not allowed"));
  expect(consumption.consuming).toBe(false);
});

/**
 * The number of beats until the worker is stuck, when `before` happens before each beat. Undefined if it
 * never is.
 */
function beatsUntilStuck(before: (consumption: Consumption) => void, redisAnswers = true) {
  const consumption = new Consumption();
  for (let beats = 1; beats < 10 * silentBeatsLimit; beats++) {
    before(consumption);
    if (consumption.beat(redisAnswers)) return beats;
  }
  return undefined;
}

const never = new Promise<void>(() => {});

test.each<[string, number | undefined, Parameters<typeof beatsUntilStuck>]>([
  ["asks for nothing", silentBeatsLimit, [() => {}]],
  [
    "gets no answer from a Redis that answers others",
    silentBeatsLimit,
    [(each) => each.refused(new Error("closed"))],
  ],
  ["asks for nothing while Redis is away", undefined, [() => {}, false]],
  ["is answered", undefined, [(each) => each.answered()]],
  ["is refused by Redis", undefined, [(each) => each.refused(new ErrorReply("OOM command not allowed"))]],
  ["runs an order", undefined, [(each) => void each.during(never)]],
])("a worker that %s is stuck after %s beats", (_, beats, given) => {
  expect(beatsUntilStuck(...given)).toBe(beats);
});

test("any activity, or an absence of Redis, restarts the minute", () => {
  const consumption = new Consumption();
  const beats = (count: number) => Array.from({ length: count }, () => consumption.beat(true));
  expect(beats(silentBeatsLimit - 1)).not.toContain(true);
  consumption.answered();
  expect(beats(silentBeatsLimit)).not.toContain(true);
  expect(consumption.beat(false)).toBe(false);
  expect(beats(silentBeatsLimit - 1)).not.toContain(true);
  expect(consumption.beat(true)).toBe(true);
});
