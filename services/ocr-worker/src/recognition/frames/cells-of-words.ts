import type { Line, Word } from "@orbital-witness/common/results/page-result.ts";
import type { Frame } from "./frame.ts";
import { middleOf } from "./reads-cell-by-cell.ts";

/** In line heights. Words that are farther apart may be in different columns. */
const WORDS_APART = 1;
/** In pixels. Closer points of a rule need not be looked at. */
const STEP = 2;

/**
 * The cell of each word of a line, or undefined outside the frame. A word beside the frame belongs to the
 * cell of the next word of its line, if no rule is between them: not all cells have a rule at the frame's
 * edge.
 */
export function cellsOfWords({ words, box }: Line, frame: Frame): (number | undefined)[] {
  const cells = words.map((word) => frame.cellAt(...middleOf(word.box)));
  const most = (box[3] - box[1]) * WORDS_APART;
  const spread = (index: number, from: number) => {
    const [word, next] = [words[index], words[from]];
    if (cells[index] !== undefined || cells[from] === undefined || !word || !next) return;
    if (isBeside(word, frame) && gapOf(word, next) <= most && isOpen(word, next, frame, cells[from])) {
      cells[index] = cells[from];
    }
  };
  for (let index = 1; index < words.length; index++) spread(index, index - 1);
  for (let index = words.length - 2; index >= 0; index--) spread(index, index + 1);
  return cells;
}

function isBeside({ box }: Word, frame: Frame): boolean {
  const [x] = middleOf(box);
  return x < frame.box[0] || x >= frame.box[2];
}

function gapOf({ box: [left, , right] }: Word, { box: [otherLeft, , otherRight] }: Word): number {
  return Math.max(left, otherLeft) - Math.min(right, otherRight);
}

/** Whether the part of the frame between two words belongs to the cell of the second. */
function isOpen(word: Word, next: Word, frame: Frame, cell: number | undefined): boolean {
  const [x] = middleOf(word.box);
  const [end, y] = middleOf(next.box);
  const [left, , right] = frame.box;
  for (let at = Math.max(left, Math.min(x, end)); at < Math.min(right, Math.max(x, end)); at += STEP) {
    if (frame.cellAt(at, y) !== cell) return false;
  }
  return true;
}
