import type { Block, Box, PageResult } from "../page-result.ts";
import type { Change } from "./correction.ts";

/** How far beside a line, in heights of the line, a word still belongs to it. */
const besideLine = 3;

/**
 * Where a word with this box belongs in the reading order: into the horizontal line that it overlaps most, or
 * into a block of its own.
 */
export function placeOf({ blocks }: PageResult, box: Box): Required<Pick<Change, "at" | "where">> {
  const [left, top, right, bottom] = box;
  let first = 0;
  let best: { share: number; at: number; where: "after" | "before" } | undefined;
  for (const line of blocks.flatMap(({ lines }) => lines)) {
    const [lineLeft, lineTop, lineRight, lineBottom] = line.box;
    const height = lineBottom - lineTop;
    const overlap = Math.min(bottom, lineBottom) - Math.max(top, lineTop);
    const share = overlap / Math.min(bottom - top, height);
    const isNear = left <= lineRight + besideLine * height && right >= lineLeft - besideLine * height;
    const isHorizontal = line.words[0]?.direction === undefined;
    if (isHorizontal && isNear && share >= 0.5 && share > (best?.share ?? 0)) {
      const middle = (left + right) / 2;
      const earlier = line.words.filter(({ box }) => (box[0] + box[2]) / 2 <= middle).length;
      best =
        earlier === 0
          ? { share, at: first, where: "before" }
          : { share, at: first + earlier - 1, where: "after" };
    }
    first += line.words.length;
  }
  if (best) return { at: best.at, where: best.where };
  return { at: placeOfBlock(blocks, box), where: "block" };
}

/** Beside the blocks of the same columns, or else before the first block that is wholly below. */
function placeOfBlock(blocks: readonly Block[], [left, , right, bottom]: Box): number {
  const isBelow = ({ box }: Block) => box[1] >= bottom;
  const isInColumns = ({ box }: Block) => box[0] < right && box[2] > left;
  const next = blocks.findIndex((block) => isInColumns(block) && isBelow(block));
  if (next >= 0) return next;
  const last = blocks.findLastIndex(isInColumns);
  if (last >= 0) return last + 1;
  const lower = blocks.findIndex(isBelow);
  return lower >= 0 ? lower : blocks.length;
}
