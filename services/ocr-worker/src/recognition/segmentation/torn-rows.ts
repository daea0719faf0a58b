import type { Block, Line, Word } from "@orbital-witness/common/results/page-result.ts";
import { isSameRow, linesFromTop } from "./same-row.ts";

/**
 * In heights of the taller word. Words of two columns are farther apart than this; pieces of one word are
 * closer.
 */
const PIECES_APART = 0.35;
/** Sums and dates: digits with their signs. */
const FIGURE = /^[£$€(+-]*\d[\d.,:/-]*[)%]?$|^[.,]\d+$/;
/** In a column of figures, as in a statement or a receipt, at least this share of the words are figures. */
const MOSTLY = 0.8;
/** A smaller number of rows may be side by side by chance. */
const LEAST_ROWS = 3;

/**
 * The number of rows that the segmentation tore: words in two pieces on different lines, and figures that
 * were read separately from the text to their left. 0 on a page with real columns.
 */
export function tornRows(blocks: readonly Block[]): number {
  return tornWords(blocks) + figuresApart(blocks);
}

function tornWords(blocks: readonly Block[]): number {
  const lines = linesFromTop(blocks);
  let torn = 0;
  for (const [index, line] of lines.entries()) {
    for (let next = index + 1; next < lines.length; next++) {
      const other = lines[next];
      if (other === undefined || other.box[1] >= line.box[3]) break;
      if (isTorn(line, other) || isTorn(other, line)) torn += 1;
    }
  }
  return torn;
}

function isTorn({ words }: Line, { words: others }: Line): boolean {
  const [last, first] = [words.at(-1), others[0]];
  if (last === undefined || first === undefined || !isSameRow(last.box, first.box)) return false;
  const gap = first.box[0] - last.box[2];
  const height = Math.max(heightOf(last), heightOf(first));
  return Math.abs(gap) < PIECES_APART * height;
}

function heightOf({ box: [, top, , bottom] }: Word): number {
  return bottom - top;
}

function figuresApart(blocks: readonly Block[]): number {
  let apart = 0;
  for (const block of blocks) {
    if (!isFigures(block)) continue;
    const others = linesFromTop(blocks.filter((other) => other !== block));
    const rows = block.lines.filter(({ box }) =>
      others.some((other) => other.box[2] <= box[0] && isSameRow(other.box, box)),
    ).length;
    if (rows >= LEAST_ROWS && rows >= block.lines.length * MOSTLY) apart += rows;
  }
  return apart;
}

function isFigures({ lines }: Block): boolean {
  const words = lines.flatMap((line) => line.words);
  return words.filter(({ text }) => FIGURE.test(text)).length >= words.length * MOSTLY;
}
