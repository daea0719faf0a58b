import type { GreyImage } from "../grey-image.ts";

/** A page divided into squares of `side` pixels. `levels`: one brightness for each square, row by row. */
export type Squares = { levels: Uint8Array; columns: number; rows: number; side: number };

/** The number of squares along the longer side. */
const SQUARES = 40;

/** For each square, the level that the share `quantile` of its pixels does not exceed. */
export function squaresOf({ data, width, height }: GreyImage, quantile: number): Squares {
  const side = Math.ceil(Math.max(width, height) / SQUARES);
  const columns = Math.ceil(width / side);
  const rows = Math.ceil(height / side);
  const levels = new Uint8Array(columns * rows);
  const counts = new Uint32Array(256);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      counts.fill(0);
      const [right, bottom] = [Math.min(width, (column + 1) * side), Math.min(height, (row + 1) * side)];
      for (let y = row * side; y < bottom; y++) {
        for (let x = column * side; x < right; x++) {
          const level = data[y * width + x] ?? 0;
          counts[level] = (counts[level] ?? 0) + 1;
        }
      }
      const pixels = (right - column * side) * (bottom - row * side);
      levels[row * columns + column] = quantileLevel(counts, pixels * quantile);
    }
  }
  return { levels, columns, rows, side };
}

function quantileLevel(counts: Uint32Array, wanted: number): number {
  let sum = 0;
  return counts.findIndex((pixels) => {
    sum += pixels;
    return sum >= wanted;
  });
}

/** The squares adjacent to a square, including diagonally. */
export function neighboursOf(square: number, { columns, rows }: Squares): number[] {
  const row = Math.floor(square / columns);
  const column = square - row * columns;
  const found: number[] = [];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (y !== row || x !== column) found.push(y * columns + x);
    }
  }
  return found;
}
