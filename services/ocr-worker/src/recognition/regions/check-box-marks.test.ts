import { type Box, blockOf, lineOf, textOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBoxState } from "@orbital-witness/common/results/regions.ts";
import { expect, test } from "vitest";
import { withoutCheckBoxMarks } from "./check-box-marks.ts";

const square: Box = [100, 100, 140, 140];

function read(state: CheckBoxState, ...words: [text: string, box: Box][]): string {
  const line = lineOf(words.map(([text, box]): Word => ({ text, box, source: "ocr", confidence: 60 })));
  const boxes = [{ box: square, state, confidence: 90 }];
  return textOf({ blocks: withoutCheckBoxMarks([blockOf([line])], boxes) });
}

test.each([
  ["crossed", "x"],
  ["crossed", "X"],
  ["ticked", "v"],
  ["empty", "[]"],
  ["empty", "L]"],
  ["marked", "*"],
] as const)("the mark of a %s box that is read as %j is not text", (state, mark) => {
  expect(read(state, [mark, [105, 105, 138, 138]], ["Freehold", [150, 110, 240, 135]])).toBe("Freehold\n");
});

test("a box that is read as the beginning of a word is taken off the word", () => {
  const blocks = [
    blockOf([lineOf([{ text: "[X]Please", box: [98, 105, 260, 138], source: "ocr", confidence: 50 }])]),
  ];
  const boxes = [{ box: square, state: "crossed", confidence: 90 } as const];
  const [block] = withoutCheckBoxMarks(blocks, boxes);
  const [word] = block?.lines[0]?.words ?? [];
  expect(word).toMatchObject({ text: "Please", box: [140, 105, 260, 138] });
});

test("a line that is only a mark is left out", () => {
  expect(read("empty", ["[]", [102, 102, 138, 138]])).toBe("");
});

test.each([
  ["a cross beside the box", "crossed", "X", [150, 105, 180, 138]],
  ["a digit in a box with an unusual mark", "marked", "7", [110, 105, 130, 138]],
  ["a word over the box", "crossed", "Freehold", [90, 105, 240, 138]],
  ["brackets beside the box", "crossed", "[7]Lot", [160, 105, 240, 138]],
] as const)("%s stays in the text", (_, state, text, [left, top, right, bottom]) => {
  expect(read(state, [text, [left, top, right, bottom]])).toBe(`${text}\n`);
});
