import { type Box, type Line, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { areTableRows, isProse } from "./prose.ts";

/** In heights of the page's words. A gap of this width in a line may separate columns. */
const gutterWidth = 0.65;
/** In heights of the page's words. Rows that are farther apart do not belong to the same columns. */
const rowsApart = 5;
/** A row with fewer lines on one side may be part of a table. */
const leastLines = 4;
/** Lines are in one row if at least this share of the lower line's height overlaps. */
const sameRow = 0.5;

/** Lines beside each other, and their words in parts that gaps separate, from left to right. */
type Row = { lines: Line[]; parts: Line[] };
type Gutter = { left: number; right: number };
/** Rows that follow each other, with a gutter that is empty in all of them. */
type Run = { rows: readonly Row[]; gutter: Gutter };

/**
 * Puts columns of prose that were written row by row, across the columns, one after the other. Columns are
 * recognised by the gutter between them, which stays empty over several lines. Rows of tables, schedules and
 * forms stay as they are, and so do columns that already follow each other.
 */
export function inColumns(lines: readonly Line[]): Line[] {
  const height = medianHeight(lines);
  const rows = rowsOf(lines, height);
  const ordered: Line[] = [];
  let next = 0;
  while (next < rows.length) {
    const run = longestRun(rows, next, height);
    const columns = run && columnsOf(run);
    const taken = run?.rows ?? rows.slice(next, next + 1);
    if (columns) ordered.push(...columns);
    else ordered.push(...taken.flatMap((row) => row.lines));
    next += taken.length;
  }
  return ordered;
}

function rowsOf(lines: readonly Line[], height: number): Row[] {
  const rows: Line[][] = [];
  for (const line of lines) {
    const row = rows.at(-1);
    if (row?.every((other) => isBeside(other.box, line.box))) row.push(line);
    else rows.push([line]);
  }
  return rows.map((row) => ({
    lines: row,
    parts: row.flatMap(({ words }) => partsOf(words, height)).toSorted((a, b) => a.box[0] - b.box[0]),
  }));
}

function isBeside(a: Box, b: Box): boolean {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return shared > sameRow * Math.min(a[3] - a[1], b[3] - b[1]) && (a[2] <= b[0] || b[2] <= a[0]);
}

function partsOf(words: readonly Word[], height: number): Line[] {
  const parts: Word[][] = [];
  for (const word of words) {
    const before = parts.at(-1)?.at(-1);
    if (before && word.box[0] - before.box[2] < gutterWidth * height) parts.at(-1)?.push(word);
    else parts.push([word]);
  }
  return parts.map(lineOf);
}

/** Tries each gap of the first row as a gutter. Undefined if there is none. */
function longestRun(rows: readonly Row[], first: number, height: number): Run | undefined {
  const parts = rows[first]?.parts ?? [];
  const runs = parts.slice(1).map(({ box: [right] }, index) => {
    const left = parts[index]?.box[2] ?? right;
    return runFrom(rows, first, { left, right }, height);
  });
  return runs.reduce<Run | undefined>(
    (best, run) => (best && best.rows.length >= run.rows.length ? best : run),
    undefined,
  );
}

function runFrom(rows: readonly Row[], first: number, widest: Gutter, height: number): Run {
  let gutter = widest;
  let end = first + 1;
  for (; end < rows.length; end++) {
    const [above, row] = [rows[end - 1], rows[end]];
    if (!above || !row || !isBelow(above, row, height)) break;
    const narrowed = row.parts.reduce(withoutPart, gutter);
    if (narrowed.right - narrowed.left < gutterWidth * height) break;
    gutter = narrowed;
  }
  return { rows: rows.slice(first, end), gutter };
}

function isBelow(above: Row, row: Row, height: number): boolean {
  const top = ({ lines }: Row) => Math.min(...lines.map(({ box }) => box[1]));
  const bottom = ({ lines }: Row) => Math.max(...lines.map(({ box }) => box[3]));
  return top(row) > top(above) && top(row) - bottom(above) < rowsApart * height;
}

function withoutPart({ left, right }: Gutter, { box }: Line): Gutter {
  const isLeft = box[0] + box[2] < left + right;
  return isLeft ? { left: Math.max(left, box[2]), right } : { left, right: Math.min(right, box[0]) };
}

/** The lines of all columns of a run, in reading order. Undefined if they are not columns of prose. */
function columnsOf({ rows, gutter }: Run): Line[] | undefined {
  const sides = rows.map(({ parts }): [Line | undefined, Line | undefined] => [
    joined(parts.filter(({ box }) => box[2] <= gutter.left)),
    joined(parts.filter(({ box }) => box[0] >= gutter.right)),
  ]);
  const [left, right] = [sides.flatMap(([line]) => line ?? []), sides.flatMap(([, line]) => line ?? [])];
  if (Math.min(left.length, right.length) < leastLines || areTableRows(sides)) return undefined;
  const columns = [left, right].map((side) => {
    const ordered = inColumns(side);
    // A side that was divided into columns has more lines.
    return ordered.length > side.length || isProse(side) ? ordered : undefined;
  });
  return columns.every((column) => column !== undefined) ? columns.flat() : undefined;
}

function joined(parts: readonly Line[]): Line | undefined {
  return parts.length === 0 ? undefined : lineOf(parts.flatMap(({ words }) => words));
}

function medianHeight(lines: readonly Line[]): number {
  const heights = lines.flatMap(({ words }) => words.map(({ box }) => box[3] - box[1])).sort((a, b) => a - b);
  return heights[Math.floor(heights.length / 2)] ?? 0;
}
