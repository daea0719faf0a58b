import type { Block, Box, Line } from "@orbital-witness/common/results/page-result.ts";

/** Boxes stand in one row where the lower one overlaps at least half of the other's height. */
const OVERLAP = 0.5;

export function isSameRow([, top, , bottom]: Box, [, otherTop, , otherBottom]: Box): boolean {
  const overlap = Math.min(bottom, otherBottom) - Math.max(top, otherTop);
  return overlap >= OVERLAP * Math.min(bottom - top, otherBottom - otherTop);
}

/** All lines from the top, so that those of one row follow each other closely. */
export function linesFromTop(blocks: readonly Block[]): Line[] {
  return blocks.flatMap(({ lines }) => lines).sort((a, b) => a.box[1] - b.box[1]);
}
