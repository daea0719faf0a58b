import { expect, test } from "vitest";
import { areColumnFrames } from "./column-frames.ts";
import type { Frame } from "./frame.ts";

const [width, height, letterHeight] = [800, 600, 10];

/** Cells of equal width, side by side. Each has ink of about this many words. */
function pageOf(words: readonly number[], frame: Frame["box"], wordsBeside = 0) {
  const [left, top, right, bottom] = frame;
  const cellWidth = (right - left) / words.length;
  const cellAt: Frame["cellAt"] = (x, y) =>
    x >= left && x < right && y >= top && y < bottom ? Math.floor((x - left) / cellWidth) : undefined;
  const data = new Uint8Array(width * height);
  const write = (from: number, to: number, count: number) => {
    let rest = count * 2.5 * letterHeight ** 2;
    for (let y = top; y < bottom; y++)
      for (let x = from; x < to && rest > 0; x++, rest--) data[y * width + x] = 1;
  };
  for (const [cell, count] of words.entries())
    write(left + cell * cellWidth, left + (cell + 1) * cellWidth, count);
  write(0, left, wordsBeside);
  return {
    ink: { data, width, height },
    rules: { data: new Uint8Array(width * height), width, height },
    frames: [{ box: frame, cells: [], cellAt }],
  };
}

test.each<[string, readonly number[], Frame["box"], number, boolean]>([
  ["two columns of a magazine", [300, 280], [0, 0, 800, 600], 0, true],
  ["a form", [3, 8, 20, 5], [0, 0, 800, 600], 0, false],
  ["a form with one long cell", [3, 8, 20, 140], [0, 0, 800, 600], 0, false],
  ["a box in one of two columns", [30], [400, 0, 800, 300], 100, true],
  ["a frame around a whole page", [400], [0, 0, 800, 600], 0, false],
  ["empty boxes", [0, 0], [0, 0, 800, 600], 0, false],
])("%s", (_, words, box, beside, expected) => {
  const { ink, rules, frames } = pageOf(words, box, beside);
  expect(areColumnFrames(ink, rules, frames, letterHeight)).toBe(expected);
});
