import { type Block, meanConfidence, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { Engine, Segmentation } from "../engine.ts";
import type { GreyImage } from "../grey-image.ts";
import { joinsColumns } from "./joins-columns.ts";
import { tornRows } from "./torn-rows.ts";
import { takeVerticalLines } from "./vertical-lines.ts";

export type SegmentedBlocks = { blocks: Block[]; segmentation: Segmentation };

/** A smaller number of torn rows may be an accident. */
const MANY_TORN = 3;
/**
 * The segmentations to try when the automatic one tears rows. The one that keeps more of the layout comes
 * first.
 */
const OTHERS = ["single_column", "single_block"] as const satisfies Segmentation[];
/**
 * Another segmentation is accepted if its confidence is lower by at most `LESS_SURE`, and if it finds at
 * least the share `LEAST_FOUND` of the characters.
 */
const LESS_SURE = 5;
const LEAST_FOUND = 0.7;

/**
 * Reads with automatic segmentation. If that tears the rows of a statement or a receipt, reads again as a
 * column or a block, and keeps the reading that tears the fewest rows without joining columns. Vertical lines
 * come last.
 */
export async function readBlocks(engine: Engine, image: GreyImage): Promise<SegmentedBlocks> {
  const found = await takeVerticalLines(engine, image, await engine.recognize(image, "auto"));
  const { level, vertical } = found;
  let best = { blocks: level, segmentation: "auto" as Segmentation, torn: tornRows(level) };
  for (const segmentation of OTHERS) {
    if (best.torn < MANY_TORN) break;
    const blocks = await engine.recognize(found.image, segmentation);
    const torn = tornRows(blocks);
    if (torn < best.torn && !joinsColumns(blocks) && isAsSure(blocks, level)) {
      best = { blocks, segmentation, torn };
    }
  }
  return { blocks: [...best.blocks, ...vertical], segmentation: best.segmentation };
}

function isAsSure(blocks: Block[], others: Block[]): boolean {
  const [confidence, other] = [blocks, others].map((each) => meanConfidence({ blocks: each }) ?? 0);
  const [length, otherLength] = [blocks, others].map((each) => charactersOf(each));
  return (confidence ?? 0) >= (other ?? 0) - LESS_SURE && (length ?? 0) >= (otherLength ?? 0) * LEAST_FOUND;
}

/** Counts characters rather than words, because torn words would count twice. */
function charactersOf(blocks: Block[]): number {
  return wordsOf({ blocks }).reduce((sum, { text }) => sum + text.length, 0);
}
