import { lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { drawPage, grey } from "../../../../../tests/drawn-page.ts";
import { framesOf } from "./cells.ts";
import { cellsOfWords } from "./cells-of-words.ts";
import { removeRulingLines } from "./ruling-lines.ts";

const letterHeight = 20;

function word(left: number, right: number, top: number): Word {
  return { text: "word", box: [left, top, right, top + letterHeight], source: "ocr", confidence: 96 };
}

/** Two rows between level rules. A rule closes them at the left, if `isClosed`, and another divides them. */
async function frameOf(isClosed: boolean) {
  const left = isClosed ? "M200 100v300" : "";
  const rules = `M200 100h600M200 250h600M200 400h600M500 100v300${left}`;
  const page = await grey(
    drawPage([], {}, `<path d="${rules}" stroke="black" stroke-width="3" fill="none"/>`),
  );
  const [frame] = framesOf(removeRulingLines(page, letterHeight).rules, letterHeight);
  if (!frame) throw new Error("There is no frame");
  return frame;
}

test("a word at an open edge of a frame, or just beyond it, belongs to the cell of its line", async () => {
  const frame = await frameOf(false);
  const atEdge = [word(204, 216, 180), word(225, 300, 180), word(520, 600, 180)];
  const beyond = [word(130, 190, 330), word(200, 300, 330), word(770, 790, 330), word(800, 840, 330)];
  expect(cellsOfWords(lineOf(atEdge), frame)).toEqual([0, 0, 1]);
  expect(cellsOfWords(lineOf(beyond), frame)).toEqual([2, 2, 3, 3]);
});

test("a word stays outside beyond a rule, far from the frame, and above it", async () => {
  const closed = await frameOf(true);
  const open = await frameOf(false);
  const beside = lineOf([word(130, 190, 180), word(206, 300, 180)]);
  const far = lineOf([word(20, 100, 180), word(206, 300, 180)]);
  const above = lineOf([word(210, 300, 60), word(306, 400, 60)]);
  expect(cellsOfWords(beside, closed)).toEqual([undefined, 0]);
  expect(cellsOfWords(far, open)).toEqual([undefined, 0]);
  expect(cellsOfWords(above, open)).toEqual([undefined, undefined]);
});

test("a word close to a rule at the top of a frame is in the cell below the rule", async () => {
  const frame = await frameOf(true);
  expect(cellsOfWords(lineOf([word(206, 300, 99), word(310, 400, 99)]), frame)).toEqual([0, 0]);
});
