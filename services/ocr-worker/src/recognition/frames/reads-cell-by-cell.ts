import type { Block, Box, Line } from "@orbital-witness/common/results/page-result.ts";
import type { Frame } from "./frame.ts";

/** In a form or a table, the median number of words of the cells with words is at most this. */
const MOST_WORDS = 40;
/**
 * The share of lines that may cross a rule by mistake although the engine keeps the columns between rules
 * apart.
 */
const MOST_CROSSING = 0.1;

/**
 * Whether a frame is a form or a table, which has to be read cell by cell. Rules between the columns of a
 * magazine, and boxes in them, are not: the engine reads such columns in the right order. The engine's lines
 * show the difference: in a table they cross rules from cell to cell.
 */
export function readsCellByCell(blocks: readonly Block[], frame: Frame): boolean {
  const words = new Map<number, number>();
  let lines = 0;
  let crossing = 0;
  for (const line of blocks.flatMap((block) => block.lines)) {
    const cells = cellsOf(line, frame);
    const inside = cells.filter((cell) => cell !== undefined);
    if (inside.length === 0) continue;
    lines += 1;
    if (new Set(cells).size > 1) crossing += 1;
    for (const cell of inside) words.set(cell, (words.get(cell) ?? 0) + 1);
  }
  // The frame contains nothing that could be in another order.
  if (lines === 0) return true;
  if (crossing > lines * MOST_CROSSING) return true;
  const counts = [...words.values()].sort((a, b) => a - b);
  if (counts.length === 1) return !hasTextBeside(blocks, frame.box);
  return (counts[Math.floor(counts.length / 2)] ?? 0) <= MOST_WORDS;
}

/** A single box with text beside it belongs to one of several columns. */
function hasTextBeside(blocks: readonly Block[], [left, top, right, bottom]: Box): boolean {
  return blocks.some(({ lines }) =>
    lines.some(({ box }) => {
      const [x, y] = middleOf(box);
      return y >= top && y < bottom && (x < left || x >= right);
    }),
  );
}

/** The cell of each word, or undefined outside the frame. Words on a rule are left out. */
function cellsOf({ words }: Line, frame: Frame): (number | undefined)[] {
  return words.flatMap(({ box }) => {
    const [x, y] = middleOf(box);
    const cell = frame.cellAt(x, y);
    return cell === undefined && isWithin(frame.box, x, y) ? [] : [cell];
  });
}

function isWithin([left, top, right, bottom]: Box, x: number, y: number): boolean {
  return x >= left && x < right && y >= top && y < bottom;
}

export function middleOf([left, top, right, bottom]: Box): [x: number, y: number] {
  return [(left + right) / 2, (top + bottom) / 2];
}
