import {
  type Block,
  type Box,
  type PageResult,
  wordsOf,
} from "@orbital-witness/common/results/page-result.ts";
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

/** Whether the middle of a box is in another one. */
export function contains([left, top, right, bottom]: Box, inner: Box): boolean {
  const [x, y] = [middleX(inner), middleY(inner)];
  return x >= left && x < right && y >= top && y < bottom;
}

export function middleX([left, , right]: Box): number {
  return (left + right) / 2;
}

export function middleY([, top, , bottom]: Box): number {
  return (top + bottom) / 2;
}

export function heightOf([, top, , bottom]: Box): number {
  return bottom - top;
}

export function areaOf([left, top, right, bottom]: Box): number {
  return (right - left) * (bottom - top);
}

/** How far two boxes overlap from top to bottom, in the height of the lower one. Negative if they do not. */
export function rowOverlap(a: Box, b: Box): number {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return shared / Math.max(1, Math.min(heightOf(a), heightOf(b)));
}
