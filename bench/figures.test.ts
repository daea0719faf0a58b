import { expect, test, vi } from "vitest";
import { median, percentile, printTable } from "./figures.ts";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  [hundred, 50, 50],
  [hundred, 99, 99],
  [hundred, 100, 100],
  [hundred, 0, 1],
  [[10, 9], 50, 9],
  [[7], 99, 7],
  [[], 99, Number.NaN],
])("in %j the percentile %d is %d", (values, percent, wanted) => {
  expect(percentile(values, percent)).toBe(wanted);
});

test("the median sorts numerically, and does not reorder its input", () => {
  const values = [10, 9, 100];
  expect(median(values)).toBe(10);
  expect(values).toEqual([10, 9, 100]);
});

test("the columns of a table are the keys of its first row", () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => lines.push(...text.split("\n")));
  printTable([
    { what: "one", figure: "1 s" },
    { figure: "2 s", what: "two" },
  ]);
  vi.restoreAllMocks();
  expect(lines).toEqual(["| what | figure |", "| --- | --- |", "| one | 1 s |", "| two | 2 s |"]);
});
