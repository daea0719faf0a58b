import { heightOf, middleX } from "@orbital-witness/common/results/box.ts";
import { around } from "@orbital-witness/common/results/page-result.ts";
import type { Piece } from "../words/pieces.ts";
import { boxOfPieces, rowsOf, splitRow } from "../words/rows.ts";
import { contentOf } from "./ruled-table.ts";
import type { Table, TableCell } from "./table.ts";

/** In heights. A wider gap in a row separates columns. */
const COLUMN_GAP = 1.5;
/** In heights. A wider gap between rows ends a table. */
const ROW_GAP = 2.5;
/** Fewer rows may be aligned by chance. */
const LEAST_ROWS = 3;
/** Sums, dates, numbers and percentages. */
const FIGURE = /^[£$€(+–-]*\d[\d.,:/%–-]*\)?$/;
/** A column of figures has at least this share of them. */
const MOSTLY = 0.7;

type Row = { pieces: Piece[]; parts: Piece[][] };

/**
 * Tables without rules: rows of the same columns, of which at least one contains figures. Columns of text
 * alone are not taken for a table, because newspapers and leases have them too. `pieces`: words outside of
 * ruled tables.
 */
export function alignedTables(pieces: readonly Piece[]): Table[] {
  const words = pieces.filter(({ text }) => !/^[.…_·-]{2,}$/.test(text));
  const rows = rowsOf(words).map((row) => ({ pieces: row, parts: splitRow(row, COLUMN_GAP) }));
  const tables: Table[] = [];
  let run: Row[] = [];
  const end = () => {
    const table = tableOf(trimmed(run));
    if (table) tables.push(table);
    run = [];
  };
  for (const row of rows) {
    const last = run.at(-1);
    if (last && !follows(last, row)) end();
    if (row.parts.length > 1 || run.length > 0) run.push(row);
    if (run.length >= 2 && run.slice(-2).every(({ parts }) => parts.length === 1)) end();
  }
  end();
  return tables;
}

function follows(last: Row, next: Row): boolean {
  const [above, below] = [boxOfPieces(last.pieces), boxOfPieces(next.pieces)];
  return below[1] - above[3] <= ROW_GAP * Math.max(heightOf(above), heightOf(below));
}

/** Rows of one part at the end are text below the table. */
function trimmed(rows: readonly Row[]): readonly Row[] {
  return rows.slice(0, rows.findLastIndex(({ parts }) => parts.length > 1) + 1);
}

function tableOf(rows: readonly Row[]): Table | undefined {
  const full = rows.filter(({ parts }) => parts.length > 1);
  if (full.length < LEAST_ROWS) return undefined;
  const columns = columnsOf(full.flatMap(({ parts }) => parts));
  if (columns.length < 2 || !columns.some((column, index) => index > 0 && isOfFigures(full, column))) {
    return undefined;
  }
  const cells = rows.flatMap(({ pieces }, row) =>
    columns.flatMap(([left, right], column): TableCell[] => {
      const own = pieces.filter(({ box }) => middleX(box) >= left && middleX(box) < right);
      if (own.length === 0) return [];
      return [{ row, column, row_span: 1, column_span: 1, box: boxOfPieces(own), ...contentOf(own) }];
    }),
  );
  const box = around(cells.map((cell) => cell.box));
  return { box, ruled: false, rows: rows.length, columns: columns.length, cells };
}

type Column = [left: number, right: number];

/** Parts that overlap from left to right are in one column. */
function columnsOf(parts: readonly Piece[][]): Column[] {
  const columns: Column[] = [];
  const spans = parts.map((part) => boxOfPieces(part)).sort((a, b) => a[0] - b[0]);
  for (const [left, , right] of spans) {
    const last = columns.at(-1);
    if (last && left < last[1]) last[1] = Math.max(last[1], right);
    else columns.push([left, right]);
  }
  return columns;
}

function isOfFigures(rows: readonly Row[], [left, right]: Column): boolean {
  const parts = rows.flatMap((row) => row.parts.filter((part) => inColumn(part, left, right)));
  const figures = parts.filter((part) => part.some(({ text }) => FIGURE.test(text)) && part.length <= 4);
  return parts.length >= LEAST_ROWS && figures.length >= MOSTLY * parts.length;
}

function inColumn(part: readonly Piece[], left: number, right: number): boolean {
  const box = boxOfPieces(part);
  return box[0] >= left && box[2] <= right;
}
