import type { Line } from "@orbital-witness/common/results/page-result.ts";
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
    (line, [first]) => first !== undefined && runsDown(line) === runsDown(first) && isSameColumn(line, first),
  ).map((column) => column.sort((a, b) => (runsDown(a) ? a.box[1] - b.box[1] : b.box[1] - a.box[1])));
  const paragraphs = runsOf(columns, ([line], before) => {
    const beside = before.at(-1)?.[0];
    return line !== undefined && beside !== undefined && continuesDown(line, beside);
  });
  return paragraphs.flatMap((paragraph) => paragraph.reverse().flat());
}

/** Divides a list into runs: an element joins the run before it if `joins` says so. */
function runsOf<T>(list: readonly T[], joins: (element: T, run: readonly T[]) => boolean): T[][] {
  const runs: T[][] = [];
  for (const element of list) {
    const run = runs.at(-1);
    if (run && joins(element, run)) run.push(element);
    else runs.push([element]);
  }
  return runs;
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
