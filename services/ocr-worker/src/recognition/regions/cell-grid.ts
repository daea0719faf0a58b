import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { Cell, RuledFrame } from "@orbital-witness/common/results/regions.ts";
import type { Frame } from "../frames/frame.ts";

/** In letter heights. A smaller space between rules is no cell. */
const SMALLEST_CELL = 0.8;
/** In letter heights. Edges of cells that are closer to each other are on the same line of the grid. */
const SAME_LINE = 0.8;

/** The cells of a frame with their rows, columns and spans. `letterHeight` is in pixels. */
export function gridOf({ box, cells }: Frame, letterHeight: number): RuledFrame {
  const least = SMALLEST_CELL * letterHeight;
  const real = cells.filter(([left, top, right, bottom]) => right - left >= least && bottom - top >= least);
  const columns = linesOf(real, 0, 2, SAME_LINE * letterHeight);
  const rows = linesOf(real, 1, 3, SAME_LINE * letterHeight);
  return { box, cells: real.map((cell) => placed(cell, columns(cell), rows(cell))) };
}

/** The place of a cell in one direction, counted in rows or columns. */
type Place = { first: number; span: number };

/** `start` and `end`: which edges of a box to look at. */
function linesOf(boxes: readonly Box[], start: 0 | 1, end: 2 | 3, tolerance: number): (box: Box) => Place {
  const edges = boxes.flatMap((box) => [box[start], box[end]]).sort((a, b) => a - b);
  const lines = new Map<number, number>();
  let line = 0;
  for (const [index, edge] of edges.entries()) {
    if (index > 0 && edge - (edges[index - 1] ?? 0) > tolerance) line += 1;
    lines.set(edge, line);
  }
  const lineAt = (edge: number) => lines.get(edge) ?? 0;
  // A line where no cell starts is the far edge of a rule.
  const starts = [...new Set(boxes.map((box) => lineAt(box[start])))].sort((a, b) => a - b);
  return (box) => {
    const first = starts.indexOf(lineAt(box[start]));
    const next = starts.findIndex((other) => other >= lineAt(box[end]));
    return { first, span: Math.max(1, (next < 0 ? starts.length : next) - first) };
  };
}

function placed(box: Box, column: Place, row: Place): Cell {
  return {
    ...{ box, row: row.first, column: column.first },
    ...(row.span > 1 && { row_span: row.span }),
    ...(column.span > 1 && { column_span: column.span }),
  };
}
