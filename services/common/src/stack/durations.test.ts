import { expect, it, test } from "vitest";
import { durationClass, durationWithin } from "./durations.ts";

function classesOf(durations: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of durations) counts.set(durationClass(ms), (counts.get(durationClass(ms)) ?? 0) + 1);
  return counts;
}

it.each([1, 7, 90, 812, 1999, 60_000, 3_600_000])("keeps a duration of %d ms within 9 %%", (ms) => {
  const found = durationWithin(classesOf([ms]), 0.95) ?? 0;
  expect(found / ms).toBeGreaterThan(0.9);
  expect(found / ms).toBeLessThan(1.1);
});

test("95 % of the durations are within the 95th percentile", () => {
  const durations = Array.from({ length: 100 }, (_, index) => (index + 1) * 10);
  const found = durationWithin(classesOf(durations), 0.95) ?? 0;
  expect(found).toBeGreaterThan(860);
  expect(found).toBeLessThan(1040);
});

test("one slow page of a hundred does not move the 95th percentile", () => {
  expect(durationWithin(classesOf([...Array(99).fill(100), 60_000]), 0.95)).toBeLessThan(110);
});

test("there is no percentile without durations", () => {
  expect(durationWithin(new Map(), 0.95)).toBeUndefined();
  expect(durationWithin(new Map([[4, 0]]), 0.95)).toBeUndefined();
});

test("no duration is below a millisecond", () => {
  expect(durationWithin(classesOf([0, 0.2]), 0.95)).toBe(1);
});
