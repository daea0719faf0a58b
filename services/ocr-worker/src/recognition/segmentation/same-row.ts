import type { Block, Box, Line } from "@orbital-witness/common/results/page-result.ts";

/** Boxes are in one row if they overlap by at least this share of the lower box's height. */
const OVERLAP = 0.5;

export function isSameRow([, top, , bottom]: Box, [, otherTop, , otherBottom]: Box): boolean {
  const overlap = Math.min(bottom, otherBottom) - Math.max(top, otherTop);
  return overlap >= OVERLAP * Math.min(bottom - top, otherBottom - otherTop);
}

/** Returns all lines from the top, so that lines of one row are close to each other. */
export function linesFromTop(blocks: readonly Block[]): Line[] {
  return blocks.flatMap(({ lines }) => lines).sort((a, b) => a.box[1] - b.box[1]);
}
