import { heightOf, middleY } from "@orbital-witness/common/results/box.ts";
import { around } from "@orbital-witness/common/results/page-result.ts";
import { type Piece, rowOverlap } from "./pieces.ts";

/** Pieces that overlap by at least this share of their height are in one row. */
const SAME_ROW = 0.5;

/** Puts pieces into rows from the top, each from left to right. */
export function rowsOf(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const piece of pieces.toSorted((a, b) => middleY(a.box) - middleY(b.box))) {
    const row = rows.at(-1);
    const last = row?.at(-1);
    if (row && last && rowOverlap(last.box, piece.box) >= SAME_ROW) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => row.sort((a, b) => a.box[0] - b.box[0]));
}

/** Splits a row where the gap between two pieces is wider than `gap`, in heights of the row. */
export function splitRow(row: readonly Piece[], gap: number): Piece[][] {
  const parts: Piece[][] = [];
  for (const piece of row) {
    const last = parts.at(-1)?.at(-1);
    const height = last ? Math.max(heightOf(last.box), heightOf(piece.box)) : 0;
    if (last && piece.box[0] - last.box[2] <= gap * height) parts.at(-1)?.push(piece);
    else parts.push([piece]);
  }
  return parts;
}

/** Their text from the top, with a space between two pieces. */
export function textOfPieces(pieces: readonly Piece[]): string {
  return rowsOf(pieces)
    .flat()
    .map(({ text }) => text)
    .join(" ");
}

export function boxOfPieces(pieces: readonly Piece[]) {
  return around(pieces.map(({ box }) => box));
}

/** The mean, weighted by length. Null if no piece was recognised. */
export function confidenceOfPieces(pieces: readonly Piece[]): number | null {
  let [sum, length] = [0, 0];
  for (const { text, confidence } of pieces) {
    if (confidence === undefined) continue;
    sum += confidence * text.length;
    length += text.length;
  }
  return length === 0 ? null : Math.round((sum / length) * 100) / 100;
}
