import { expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const failures = [1, 2, 3, 4, 5, 50];

test("the delays grow to eight seconds and no further", () => {
  expect(failures.map((count) => retryDelayMs(count, () => 1))).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
});

test("the random part is at most half of a delay, so that delays never become shorter", () => {
  expect(failures.map((count) => retryDelayMs(count, () => 0))).toEqual([500, 1000, 2000, 4000, 4000, 4000]);
  const drawn = new Set(Array.from({ length: 100 }, () => retryDelayMs(4)));
  expect(drawn.size).toBeGreaterThan(50);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(4000);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(8000);
});
