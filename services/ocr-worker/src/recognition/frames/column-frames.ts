import type { InkMap } from "../preparation/ink-map.ts";
import type { Frame } from "./frame.ts";
import type { Rules } from "./ruling-lines.ts";

/** Only one pixel of this many in a row, and one row of as many, are looked at. */
const STEP = 4;
/** The ink of a word of usual length, in squared letter heights. */
const WORD_INK = 2.5;
/** Half of the columns of a magazine have more words than this. The cells of forms have 5 to 20. */
const COLUMN_WORDS = 40;
/** A single box with as many words beside it is an inset in a column. */
const WORDS_BESIDE = 10;

/**
 * Whether the frames of a page probably separate columns of a magazine or stand in them, judged by the amount
 * of ink. `ink`: of the page with its rules.
 */
export function areColumnFrames(
  ink: InkMap,
  rules: Rules,
  frames: readonly Frame[],
  letterHeight: number,
): boolean {
  const inkOfWord = (WORD_INK * letterHeight ** 2) / STEP ** 2;
  const verdicts = frames.flatMap((frame) => {
    const { cells, beside } = inkOf(ink, rules, frame);
    const words = cells.map((count) => count / inkOfWord).filter((count) => count >= 1);
    if (words.length === 0) return [];
    if (words.length === 1) return [beside / inkOfWord >= WORDS_BESIDE];
    return [(words.toSorted((a, b) => a - b)[Math.floor(words.length / 2)] ?? 0) >= COLUMN_WORDS];
  });
  return verdicts.length > 0 && verdicts.every((isColumns) => isColumns);
}

/** The pixels of ink, of those looked at, in each cell, and in the same rows beside the frame. */
function inkOf(ink: InkMap, rules: Rules, { box, cellAt }: Frame): { cells: number[]; beside: number } {
  const [left, top, right, bottom] = box;
  const counts = new Map<number, number>();
  let beside = 0;
  for (let y = top; y < Math.min(bottom, ink.height); y += STEP) {
    for (let x = 0; x < ink.width; x += STEP) {
      const at = y * ink.width + x;
      if (ink.data[at] !== 1 || rules.data[at] === 1) continue;
      if (x < left || x >= right) beside++;
      const cell = cellAt(x, y);
      if (cell !== undefined) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
  }
  return { cells: [...counts.values()], beside };
}
