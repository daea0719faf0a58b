import type { Line } from "@orbital-witness/common/results/page-result.ts";
import { runsOf } from "../../runs.ts";
import { isSameRow } from "./same-row.ts";

/** Lines of a paragraph are at most this many line widths apart. */
const CLOSE = 1.5;

/**
 * Orders vertical lines from left to right. Only the lines of a paragraph that runs down go from right to
 * left. Lines in one column follow each other in their direction.
 */
export function inVerticalOrder(lines: readonly Line[]): Line[] {
  const columns = runsOf(
    lines.toSorted((a, b) => a.box[0] - b.box[0]),
    (line, _, first) => runsDown(line) === runsDown(first) && isSameColumn(line, first),
  ).map((column) => column.sort((a, b) => (runsDown(a) ? a.box[1] - b.box[1] : b.box[1] - a.box[1])));
  const paragraphs = runsOf(
    columns,
    ([line], [beside]) => line !== undefined && beside !== undefined && continuesDown(line, beside),
  );
  return paragraphs.flatMap((paragraph) => paragraph.reverse().flat());
}

function runsDown({ words: [word] }: Line): boolean {
  return word?.direction === 90;
}

function isSameColumn({ box: [left, , right] }: Line, { box: [otherLeft, , otherRight] }: Line): boolean {
  return isSameRow([0, left, 0, right], [0, otherLeft, 0, otherRight]);
}

function continuesDown(line: Line, beside: Line): boolean {
  const [left, , right] = line.box;
  const isClose = left - beside.box[2] <= CLOSE * (right - left);
  return runsDown(line) && runsDown(beside) && isClose && isSameRow(line.box, beside.box);
}
