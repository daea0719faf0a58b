import type { Box } from "@orbital-witness/common/results/page-result.ts";

/**
 * Ruling lines that are connected. `cellAt` numbers its cells from 0 in reading order, row by row; undefined
 * outside and on a rule.
 */
export type Frame = { box: Box; cellAt: (x: number, y: number) => number | undefined };
