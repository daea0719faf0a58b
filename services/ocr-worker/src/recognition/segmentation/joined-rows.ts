import { type Line, lineOf } from "@orbital-witness/common/results/page-result.ts";

/**
 * Joins lines that follow each other and stand in one row, such as a label and a value that the engine read
 * after each other, from left to right.
 */
export function joinedRows(lines: readonly Line[]): Line[] {
  const rows: Line[] = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (last && isOneRow(last, line)) rows.splice(-1, 1, fromLeft(last, line));
    else rows.push(line);
  }
  return rows;
}

/** The middle of each line is within the height of the other, and neither is above the other. */
function isOneRow(a: Line, b: Line): boolean {
  const isLevel = [a, b].every(({ words }) => words.every(({ direction }) => direction === undefined));
  const isApart = a.box[2] <= b.box[0] || b.box[2] <= a.box[0];
  return isLevel && isApart && hasMiddle(a, b) && hasMiddle(b, a);
}

function hasMiddle({ box: [, top, , bottom] }: Line, { box: [, otherTop, , otherBottom] }: Line): boolean {
  const middle = (otherTop + otherBottom) / 2;
  return middle >= top && middle < bottom;
}

function fromLeft(a: Line, b: Line): Line {
  return lineOf(a.box[0] <= b.box[0] ? [...a.words, ...b.words] : [...b.words, ...a.words]);
}
