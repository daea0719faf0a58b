import { heightOf } from "@orbital-witness/common/results/box.ts";
import { median } from "@orbital-witness/common/results/median.ts";
import type { Piece } from "../words/pieces.ts";
import { rowsOf } from "../words/rows.ts";

/** In heights of a line. A wider gap that runs through all lines separates columns. */
const COLUMN_GAP = 1.2;

/** Splits words that stand in columns, such as two addresses side by side, from left to right. */
export function columnsOf(pieces: readonly Piece[]): Piece[][] {
  const gap = COLUMN_GAP * median(pieces.map(({ box }) => heightOf(box)));
  const columns: { right: number; pieces: Piece[] }[] = [];
  for (const piece of pieces.toSorted((a, b) => a.box[0] - b.box[0])) {
    const last = columns.at(-1);
    if (last && piece.box[0] - last.right <= gap) {
      last.pieces.push(piece);
      last.right = Math.max(last.right, piece.box[2]);
    } else columns.push({ right: piece.box[2], pieces: [piece] });
  }
  return columns.map((column) => rowsOf(column.pieces).flat());
}
