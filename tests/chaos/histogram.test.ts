import { expect, test } from "vitest";
import { histogram } from "./histogram.ts";

test("counts each value once, and shows median, p99 and maximum", () => {
  const lines = histogram([0.5, 1, 1.5, 300]).split("\n");
  expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["0 to 1", expect.stringMatching(/^1 #+$/)],
    ["1 to 2", expect.stringMatching(/^2 #{50}$/)],
    ["200 or more", expect.stringMatching(/^1 #+$/)],
    ["median 1.5, p99 300.0, most 300.0"],
  ]);
});

test("is 'none' without values", () => {
  expect(histogram([])).toBe("none");
});
