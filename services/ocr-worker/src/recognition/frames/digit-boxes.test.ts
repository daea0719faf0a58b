import { type Box, type Line, lineOf } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { digitRows, joinDigits } from "./digit-boxes.ts";

/** Cells beside each other, with rules of 4 pixels between them. */
function rowOf(top: number, height: number, ...widths: number[]): Box[] {
  let left = 0;
  return widths.map((width) => {
    const box: Box = [left, top, left + width, top + height];
    left += width + 4;
    return box;
  });
}

function textsOf(...texts: string[]): Map<number, Line[]> {
  return new Map(
    texts.flatMap((text, cell) => {
      const box: Box = [cell * 64 + 20, 20, cell * 64 + 40, 40];
      return text === "" ? [] : [[cell, [lineOf([{ text, box, source: "ocr", confidence: 96 }])]] as const];
    }),
  );
}

const joined = (texts: Map<number, Line[]>) =>
  [...texts].map(([cell, [line]]) => [cell, line?.words.map(({ text }) => text).join(" ")]);

test("boxes of about the same width in a row are found, and the wide cell of a label is not one", () => {
  const label = rowOf(0, 60, 200);
  const digits = rowOf(0, 60, 60, 56, 60, 64).map(([l, t, r, b]): Box => [l + 204, t, r + 204, b]);
  expect(digitRows([...label, ...digits])).toEqual([[1, 2, 3, 4]]);
});

test.each([
  ["two boxes", rowOf(0, 60, 60, 60)],
  ["boxes of different widths", rowOf(0, 60, 40, 80, 40)],
  ["the wide cells of a table", rowOf(0, 60, 200, 200, 200)],
  ["boxes below each other", [0, 64, 128].flatMap((top) => rowOf(top, 60, 60))],
  ["boxes far from each other", [0, 1, 2].map((at): Box => [at * 120, 0, at * 120 + 60, 60])],
])("%s are not a row of digits", (_, cells) => {
  expect(digitRows(cells)).toEqual([]);
});

test("the digits in a row of boxes become one line, and empty boxes are passed over", () => {
  const texts = textsOf("", "3", "", "8", "[o]");
  joinDigits(texts, rowOf(0, 60, 60, 60, 60, 60, 60));
  expect(joined(texts)).toEqual([[1, "3 8 [o]"]]);
});

test("words in narrow cells stay in their cells", () => {
  const texts = textsOf("Lot", "Price", "8");
  joinDigits(texts, rowOf(0, 60, 60, 60, 60));
  expect(joined(texts)).toEqual([
    [0, "Lot"],
    [1, "Price"],
    [2, "8"],
  ]);
});
