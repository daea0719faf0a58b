import { type Block, blockOf, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import type { Frame } from "./frame.ts";
import { readsCellByCell } from "./reads-cell-by-cell.ts";

/** A frame of 1000 x 1000 pixels with equal cells. */
function frameOf(across: number, down: number): Frame {
  return {
    ...{ box: [0, 0, 1000, 1000], cells: [] },
    cellAt: (x, y) => {
      if (x < 0 || y < 0 || x >= 1000 || y >= 1000) return undefined;
      return Math.floor((y * down) / 1000) * across + Math.floor((x * across) / 1000);
    },
  };
}

/** Lines of words from left to right, 20 pixels apart, in one block. */
function block(left: number, top: number, words: number, lines: number): Block {
  return blockOf(
    Array.from({ length: lines }, (_, line) =>
      lineOf(
        Array.from({ length: words }, (_, index): Word => {
          const [x, y] = [left + index * 70, top + line * 20];
          return { text: "rent", box: [x, y, x + 50, y + 12], source: "ocr", confidence: 96 };
        }),
      ),
    ),
  );
}

test("a frame is a table if lines cross the rules between its cells", () => {
  expect(readsCellByCell([block(20, 20, 12, 3)], frameOf(2, 1))).toBe(true);
  expect(readsCellByCell([block(800, 20, 6, 3)], frameOf(1, 1))).toBe(true);
});

test("a frame of many cells with few words is a form, though no line crosses a rule", () => {
  const cells = [20, 270, 520, 770].flatMap((x) => [20, 520].map((y) => block(x, y, 3, 2)));
  expect(readsCellByCell(cells, frameOf(4, 2))).toBe(true);
});

test("columns between rules, with a box in one of them, are not a table", () => {
  const columns = [20, 350, 690].map((x) => block(x, 20, 4, 45));
  expect(readsCellByCell(columns, frameOf(3, 1))).toBe(false);
  expect(readsCellByCell([...columns, block(20, 960, 12, 1)], frameOf(3, 1))).toBe(false);
  expect(readsCellByCell([block(20, 20, 4, 6), block(1100, 20, 4, 30)], frameOf(1, 1))).toBe(false);
  const pages = [20, 520].flatMap((x) => [20, 520].map((y) => block(x, y, 6, 20)));
  expect(readsCellByCell(pages, frameOf(2, 2))).toBe(false);
});

test("a single box with nothing beside it comes between the text above and below", () => {
  expect(readsCellByCell([block(20, -90, 4, 2), block(20, 20, 4, 6)], frameOf(1, 1))).toBe(true);
});

test("a frame without words does not change the order", () => {
  expect(readsCellByCell([block(20, 1100, 4, 2)], frameOf(1, 1))).toBe(true);
});
