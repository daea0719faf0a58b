import type { Box } from "@orbital-witness/common/results/page-result.ts";

/**
 * Connected ruling lines. `cellAt` returns the number of the cell at a point, counted from 0 in reading
 * order, row by row. Undefined outside and on a rule. `cells`: a box around each cell, by its number.
 */
export type Frame = { box: Box; cells: Box[]; cellAt: (x: number, y: number) => number | undefined };
