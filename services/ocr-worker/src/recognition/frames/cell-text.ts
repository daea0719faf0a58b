import { median } from "@orbital-witness/common/results/median.ts";
import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { runsOf } from "../../runs.ts";
import { joinedRows } from "../segmentation/joined-rows.ts";

/** In heights of the cell's lines. Two columns in a cell are at least this far apart. */
const APART = 1.5;
/** In heights of the cell's lines. The beginnings of a column's lines differ by less. */
const ALIGNED = 0.75;
/** In heights of the cell's lines, from top to top. Lines that are farther apart are not one address. */
const PITCH = 2.2;
/** Fewer rows may be side by side by chance. */
const LEAST_ROWS = 3;
/** In rows of labels and values, or of labels and sums, at least this share of one side are such. */
const MOSTLY = 0.5;

const LABEL = /[:.…_]$/;
const FIGURE = /^[£$€(+-]*\d[\d.,:/-]*[)%]?$/;

/** A line, and its two sides if a wide gap divides it. */
type Row = { line: Line; sides?: [Line, Line] };

/**
 * The text of a cell from the top. Two columns side by side, such as two addresses, become a block each. Rows
 * of labels and their values stay rows.
 */
export function blocksOfCell(lines: readonly Line[]): Block[] {
  const joined = joinedRows(lines);
  const height = median(joined.map(({ box: [, top, , bottom] }) => bottom - top));
  const rows = joined.map((line) => rowOf(line, height * APART));
  const runs = runsOf(rows, (row, last, first) => continues(row, last, first, height));
  const blocks: Block[] = [];
  let pending: Line[] = [];
  for (const run of runs) {
    const columns = columnsOf(run);
    if (!columns) {
      pending.push(...run.map(({ line }) => line));
      continue;
    }
    if (pending.length > 0) blocks.push(blockOf(pending));
    pending = [];
    blocks.push(...columns.map(blockOf));
  }
  return pending.length > 0 ? [...blocks, blockOf(pending)] : blocks;
}

function rowOf(line: Line, apart: number): Row {
  const gaps = line.words.flatMap((word, index) => {
    const before = line.words[index - 1];
    return before && word.box[0] - before.box[2] >= apart ? [index] : [];
  });
  const [gap] = gaps;
  if (gap === undefined || gaps.length > 1 || line.words.some(({ direction }) => direction)) return { line };
  return { line, sides: [lineOf(line.words.slice(0, gap)), lineOf(line.words.slice(gap))] };
}

/** Whether a row stands under another, so that both their sides are aligned. */
function continues({ line, sides }: Row, last: Row, first: Row, height: number): boolean {
  if (!sides || !first.sides) return false;
  const pitch = line.box[1] - last.line.box[1];
  const aligned = sides.every((side, index) => {
    const above = first.sides?.[index as 0 | 1];
    return above !== undefined && Math.abs(side.box[0] - above.box[0]) <= ALIGNED * height;
  });
  return aligned && pitch > 0 && pitch <= PITCH * height;
}

function columnsOf(run: readonly Row[]): [Line[], Line[]] | undefined {
  const [left, right] = [0, 1].map((side) => run.flatMap(({ sides }) => sides?.[side as 0 | 1] ?? []));
  if (!left || !right || left.length < LEAST_ROWS) return undefined;
  const labels = left.filter(({ words }) => LABEL.test(words.at(-1)?.text ?? "")).length;
  const figures = [left, right].map((side) => side.filter(({ words }) => words.every(isFigure)).length);
  return Math.max(labels, ...figures) >= MOSTLY * left.length ? undefined : [left, right];
}

function isFigure({ text }: Word): boolean {
  return FIGURE.test(text);
}
