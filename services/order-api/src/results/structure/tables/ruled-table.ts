import { areaOf, contains } from "@orbital-witness/common/results/box.ts";
import type { RuledFrame } from "@orbital-witness/common/results/regions.ts";
import type { Piece } from "../words/pieces.ts";
import { confidenceOfPieces, rowsOf } from "../words/rows.ts";
import type { Table, TableCell } from "./table.ts";

/** The share of the places of a table's grid that are cells of their own. A form has fewer, larger cells. */
const LEAST_FILLED = 0.5;
const LEAST_CELLS = 4;
/** A grid with less is a row of empty boxes. */
const LEAST_WITH_TEXT = 3;

/** Whether ruling lines make a table, and not a form. */
export function isGrid({ cells }: RuledFrame): boolean {
  const [rows, columns] = extentOf(cells);
  if (rows < 2 || columns < 2 || cells.length < LEAST_CELLS) return false;
  return cells.length >= LEAST_FILLED * rows * columns;
}

/** The table of a frame, or undefined if it is none. `pieces`: the words of the page. */
export function ruledTable(frame: RuledFrame, pieces: readonly Piece[]): Table | undefined {
  if (!isGrid(frame)) return undefined;
  const [rows, columns] = extentOf(frame.cells);
  const cells = frame.cells.map(({ box, row, column, row_span = 1, column_span = 1 }): TableCell => {
    const own = pieces.filter((piece) => contains(box, piece.box));
    return { row, column, row_span, column_span, box, ...contentOf(own) };
  });
  if (cells.filter(({ text }) => text !== "").length < LEAST_WITH_TEXT) return undefined;
  return {
    ...{ box: frame.box, ruled: true, rows, columns },
    cells: cells.sort((a, b) => a.row - b.row || a.column - b.column || areaOf(a.box) - areaOf(b.box)),
  };
}

/** The text of a cell, with its lines, and the confidence of its words. */
export function contentOf(pieces: readonly Piece[]): Pick<TableCell, "text" | "confidence"> {
  const lines = rowsOf(pieces).map((row) => row.map(({ text }) => text).join(" "));
  return { text: lines.join("\n"), confidence: confidenceOfPieces(pieces) };
}

function extentOf(cells: RuledFrame["cells"]): [rows: number, columns: number] {
  return [
    Math.max(0, ...cells.map(({ row, row_span = 1 }) => row + row_span)),
    Math.max(0, ...cells.map(({ column, column_span = 1 }) => column + column_span)),
  ];
}
