import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Paced, pauseAfter } from "./paced.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the pause follows from how long the work took, within limits", () => {
  expect(pauseAfter(1, 100, 5000)).toBe(100);
  expect(pauseAfter(50, 100, 5000)).toBe(1000);
  expect(pauseAfter(1000, 100, 5000)).toBe(5000);
});

/** Draws in `ms` of the clock. */
function drawn(ms: number) {
  const batches: (readonly string[])[] = [];
  const paced = new Paced<string>((things) => {
    batches.push(things);
    vi.setSystemTime(Date.now() + ms);
    vi.advanceTimersByTime(ms);
  });
  return { paced, batches };
}

test("the first thing is drawn at once, and those that come while it rests together", async () => {
  const { paced, batches } = drawn(10);
  paced.add("a");
  await vi.advanceTimersByTimeAsync(0);
  expect(batches).toEqual([["a"]]);
  paced.add("b");
  paced.add("c");
  await vi.advanceTimersByTimeAsync(199);
  expect(batches).toEqual([["a"]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([["a"], ["b", "c"]]);
});

test("things come in time when they are drawn fast", async () => {
  const { paced, batches } = drawn(0);
  for (const thing of ["a", "b"]) {
    paced.add(thing);
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(batches).toEqual([["a"], ["b"]]);
});

test("what waits at the end is not drawn", async () => {
  const { paced, batches } = drawn(0);
  paced.add("a");
  paced.close();
  await vi.advanceTimersByTimeAsync(1000);
  expect(batches).toEqual([]);
});
