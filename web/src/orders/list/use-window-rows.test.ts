import { expect, it } from "vitest";
import { rowsInWindow } from "./use-window-rows.ts";

it.each([
  ["the list is below the top", [300, 900, 60, 1000], { start: 0, end: 20 }],
  ["the list is scrolled", [-6000, 900, 60, 1000], { start: 90, end: 125 }],
  ["the end is on screen", [-59_400, 900, 60, 1000], { start: 980, end: 1000 }],
  ["the list became shorter", [-59_400, 900, 60, 3], { start: 3, end: 3 }],
  ["there are no rows", [0, 900, 60, 0], { start: 0, end: 0 }],
] as const)("finds the rows on screen when %s", (_, [top, height, row, count], rows) => {
  expect(rowsInWindow(top, height, row, count)).toEqual(rows);
});
