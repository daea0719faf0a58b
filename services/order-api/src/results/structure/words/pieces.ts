import { areaOf, type Box, contains, heightOf } from "@orbital-witness/common/results/box.ts";
import { type Block, type PageResult, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { Cell, RuledFrame } from "@orbital-witness/common/results/regions.ts";

/**
 * A word or a part of it. `block`: the block of text that it is in. `cell`: the smallest cell around it;
 * undefined outside of frames.
 */
export type Piece = {
  text: string;
  box: Box;
  confidence: number | undefined;
  block: Block;
  cell: Cell | undefined;
};

/** The level words of a page, in reading order. */
export function piecesOf(page: Pick<PageResult, "blocks" | "regions">): Piece[] {
  const cells = (page.regions?.frames ?? [])
    .flatMap((frame: RuledFrame) => frame.cells)
    .sort((a, b) => areaOf(a.box) - areaOf(b.box));
  return page.blocks.flatMap((block) =>
    wordsOf({ blocks: [block] })
      .filter(({ direction }) => direction === undefined)
      .map(({ text, box, confidence }) => ({
        ...{ text, box, confidence, block },
        cell: cells.find((cell) => contains(cell.box, box)),
      })),
  );
}

/** How far two boxes overlap from top to bottom, in the height of the lower one. Negative if they do not. */
export function rowOverlap(a: Box, b: Box): number {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return shared / Math.max(1, Math.min(heightOf(a), heightOf(b)));
}
