import { type Box, type Line, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { runsOf } from "../../runs.ts";

/** How wide the box of a digit is, in its heights. */
const NARROWEST = 0.4;
const WIDEST = 1.6;
/** In heights of a box. Boxes of a row have their edges on the same lines, and stand close to each other. */
const SAME_LINE = 0.15;
const CLOSE = 0.3;
/** The narrower of two boxes has at least this share of the width of the other. */
const LIKE = 0.7;
const LEAST_BOXES = 3;
/** A badly read digit can become as many characters. */
const MOST_CHARACTERS = 3;

/** Returns the rows of boxes for one digit each, as indexes of the cells. The cells are in reading order. */
export function digitRows(cells: readonly Box[]): number[][] {
  const narrow = [...cells.keys()].filter((index) => {
    const [left, top, right, bottom] = cells[index] as Box;
    return right - left >= NARROWEST * (bottom - top) && right - left <= WIDEST * (bottom - top);
  });
  const runs = runsOf(narrow, (index, last) => isNext(cells[index] as Box, cells[last] as Box));
  return runs.filter((run) => run.length >= LEAST_BOXES);
}

function isNext(
  [left, top, right, bottom]: Box,
  [otherLeft, otherTop, otherRight, otherBottom]: Box,
): boolean {
  const height = bottom - top;
  const isLevel = Math.max(Math.abs(top - otherTop), Math.abs(bottom - otherBottom)) <= SAME_LINE * height;
  const [width, otherWidth] = [right - left, otherRight - otherLeft];
  const isLike = Math.min(width, otherWidth) >= LIKE * Math.max(width, otherWidth);
  return isLevel && isLike && left >= otherLeft && left - otherRight <= CLOSE * height;
}

/** Puts the digits of each row of boxes into one line, in the first box that has one. */
export function joinDigits(texts: Map<number, Line[]>, cells: readonly Box[]): void {
  for (const row of digitRows(cells)) {
    const filled = row.flatMap((cell) => {
      const lines = texts.get(cell) ?? [];
      return lines.length === 0 ? [] : [{ cell, words: lines.flatMap(({ words }) => words) }];
    });
    const [first] = filled;
    if (!first || !filled.every(({ words }) => isDigits(words))) continue;
    for (const { cell } of filled) texts.delete(cell);
    texts.set(first.cell, [lineOf(filled.flatMap(({ words }) => words))]);
  }
}

/** Whether a box may have a digit in it, and not a word. */
export function isDigits(words: readonly Pick<Word, "text">[]): boolean {
  return words.reduce((sum, { text }) => sum + text.length, 0) <= MOST_CHARACTERS;
}
