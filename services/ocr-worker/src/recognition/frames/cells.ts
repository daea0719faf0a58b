import {
  type Block,
  type Box,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { componentsOf, type InkMap } from "../preparation/ink-map.ts";
import { blocksOfCell } from "./cell-text.ts";
import { cellsOfWords } from "./cells-of-words.ts";
import { joinDigits } from "./digit-boxes.ts";
import type { Frame } from "./frame.ts";
import { middleOf } from "./reads-cell-by-cell.ts";
import type { Rules } from "./ruling-lines.ts";

/** The side, in pixels of the page, of one pixel of the grid in which cells are found. */
const GRID = 4;
/** In letter heights. A smaller shape is not a frame with cells. */
const SMALLEST_FRAME = 6;

/**
 * Returns the forms and tables that rules make, from the top, and from left to right within a row.
 * `letterHeight` is in pixels.
 */
export function framesOf(rules: Rules, letterHeight: number): Frame[] {
  const grid = reduced(rules);
  const least = (SMALLEST_FRAME * letterHeight) / GRID;
  const frames = componentsOf(grid).filter(
    ({ left, right, top, bottom }) => right - left >= least && bottom - top >= least,
  );
  return rowByRow(frames, letterHeight / GRID).map(({ left, right, top, bottom }) =>
    frameOf(grid, [left, top, right, bottom], letterHeight),
  );
}

/**
 * Turns the words inside a frame into one block for each of its cells. Text above a frame comes before the
 * frame, all other text after it.
 */
export function inReadingOrder(blocks: Block[], frames: readonly Frame[]): Block[] {
  // Frames are handled from the last to the first. In the other direction, a frame would treat the blocks of
  // an earlier frame, beside or around it, as text that follows it.
  return frames.reduceRight(cellByCell, blocks);
}

function cellByCell(blocks: Block[], frame: Frame): Block[] {
  const [, top] = frame.box;
  const cells = new Map<number, Line[]>();
  const before: Block[] = [];
  const after: Block[] = [];
  for (const { lines } of blocks) {
    const above: Line[] = [];
    const others: Line[] = [];
    for (const line of lines) {
      const outside: Word[] = [];
      const inside = new Map<number, Word[]>();
      for (const [index, cell] of cellsOfWords(line, frame).entries()) {
        const word = line.words[index] as Word;
        if (cell === undefined) outside.push(word);
        else inside.set(cell, [...(inside.get(cell) ?? []), word]);
      }
      for (const [cell, words] of inside) cells.set(cell, [...(cells.get(cell) ?? []), lineOf(words)]);
      if (outside.length > 0) (middleOf(line.box)[1] < top ? above : others).push(lineOf(outside));
    }
    if (above.length > 0) before.push(blockOf(above));
    if (others.length > 0) after.push(blockOf(others));
  }
  joinDigits(cells, frame.cells);
  const framed = [...cells].sort(([a], [b]) => a - b).flatMap(([, lines]) => blocksOfCell(lines));
  return [...before, ...framed, ...after];
}

/**
 * Cells at the frame's edge may be open there, because not every rule reaches it. A margin as wide as a
 * letter is high closes them.
 */
function frameOf(grid: InkMap, [left, top, right, bottom]: Box, letterHeight: number): Frame {
  const width = right - left;
  const height = bottom - top;
  const margin = Math.ceil(letterHeight / GRID);
  const free = new Uint8Array(width * height);
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      free[y * width + x] = 1 - (grid.data[(y + top) * grid.width + x + left] ?? 0);
    }
  }
  const cells = rowByRow(
    componentsOf({ data: free, width, height }, { diagonally: false }),
    letterHeight / GRID,
  );
  const numbers = new Map(
    cells.flatMap(({ pixels }, number) => pixels.map((pixel) => [pixel, number] as const)),
  );
  const isRule = (column: number, row: number) => grid.data[(row + top) * grid.width + column + left] !== 0;
  return {
    box: [left * GRID, top * GRID, right * GRID, bottom * GRID],
    cells: cells.map((cell) => [
      ...[(left + cell.left) * GRID, (top + cell.top) * GRID],
      ...[(left + cell.right) * GRID, (top + cell.bottom) * GRID],
    ]) as Box[],
    cellAt: (x, y) => {
      let [column, row] = [Math.floor(x / GRID) - left, Math.floor(y / GRID) - top];
      if (column < 0 || column >= width || row < 0 || row >= height) return undefined;
      // The margin belongs to the cell that it closes, if no rule is between them.
      for (let step = 0; step < margin && !isRule(column, row); step++) {
        column += stepInside(column, width, margin);
        row += stepInside(row, height, margin);
      }
      return numbers.get(row * width + column);
    },
  };
}

/** The direction from a margin of the frame to its inside. 0 inside. */
function stepInside(position: number, length: number, margin: number): -1 | 0 | 1 {
  if (position < margin) return 1;
  return position >= length - margin ? -1 : 0;
}

/** Cells whose tops differ by less than a letter's height are in one row. */
function rowByRow<Cell extends { left: number; top: number }>(
  cells: readonly Cell[],
  letterHeight: number,
): Cell[] {
  const rows: Cell[][] = [];
  for (const cell of cells.toSorted((a, b) => a.top - b.top)) {
    const row = rows.at(-1);
    if (row?.[0] !== undefined && cell.top - row[0].top < letterHeight) row.push(cell);
    else rows.push([cell]);
  }
  return rows.flatMap((row) => row.sort((a, b) => a.left - b.left));
}

function reduced({ data, width, height }: Rules): InkMap {
  const columns = Math.ceil(width / GRID);
  const rows = Math.ceil(height / GRID);
  const grid = new Uint8Array(columns * rows);
  for (let index = 0; index < data.length; index++) {
    if (data[index] !== 1) continue;
    const y = Math.floor(index / width);
    grid[Math.floor(y / GRID) * columns + Math.floor((index - y * width) / GRID)] = 1;
  }
  return { data: grid, width: columns, height: rows };
}
