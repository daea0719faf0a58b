import {
  type Block,
  blockOf,
  lineOf,
  textOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { withoutStrayMarks } from "./stray-marks.ts";

/**
 * Each word is given by its text, its confidence, and its distance in pixels from the word before. It is 100
 * pixels wide and 20 high.
 */
type Marked = [text: string, confidence: number, gap?: number];

function block(...lines: Marked[][]): Block {
  return blockOf(
    lines.map((marked, index) => {
      let right = 100;
      return lineOf(
        marked.map(([text, confidence, gap = 8]): Word => {
          const left = right + gap;
          right = left + 100;
          return { text, box: [left, 40 * index, right, 40 * index + 20], source: "ocr", confidence };
        }),
      );
    }),
  );
}

const clause: Marked[] = [
  ["The", 96],
  ["Tenant", 96],
  ["shall", 96],
  ["pay", 96],
  ["the", 96],
  ["Rent.", 96],
];
const read = (...blocks: Block[]) => textOf({ blocks: withoutStrayMarks(blocks) });

test("a line of only doubtful words is dropped, with its block if that becomes empty", () => {
  const marks = block([["fi", 20]]);
  const marked = block(clause, [["~", 12]], clause);
  expect(read(marked, marks)).toBe("The Tenant shall pay the Rent.\nThe Tenant shall pay the Rent.\n");
});

test("a doubtful word at a line's end is dropped if it stands apart", () => {
  expect(
    read(
      block(clause, [
        ["to", 96],
        ["him", 96],
        ["ZL", 20, 60],
      ]),
    ),
  ).toBe("The Tenant shall pay the Rent.\nto him\n");
  expect(
    read(
      block(clause, [
        ["to", 96],
        ["him", 96],
        ["yearly", 20],
      ]),
    ),
  ).toBe("The Tenant shall pay the Rent.\nto him yearly\n");
});

test("a doubtful word between confident ones is kept", () => {
  const line: Marked[] = [
    ["to", 96],
    ["hirn", 20, 60],
    ["yearly", 96, 60],
  ];
  expect(read(block(clause, line))).toBe("The Tenant shall pay the Rent.\nto hirn yearly\n");
});

test("short words with a high confidence are kept anywhere", () => {
  expect(read(block(clause, [["1.", 90]], [["a", 80, 300]]))).toBe("The Tenant shall pay the Rent.\n1.\na\n");
});

test("the boxes of a line and a block shrink to the words that are kept", () => {
  const [left] = withoutStrayMarks([
    block(clause, [
      ["to", 96],
      ["ZL", 20, 900],
    ]),
  ]);
  expect(left?.lines[1]?.box).toEqual([108, 40, 208, 60]);
  expect(left?.box).toEqual([108, 0, 748, 60]);
});

test("a page that is read poorly keeps all words", () => {
  const blocks = [
    block([
      ["Tenant", 70],
      ["shall", 75],
    ]),
    block([["pay", 20]]),
  ];
  expect(withoutStrayMarks(blocks)).toBe(blocks);
  expect(withoutStrayMarks([])).toEqual([]);
});
