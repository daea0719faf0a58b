import { type Block, meanConfidence, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { Engine, Segmentation } from "../engine.ts";
import type { GreyImage } from "../grey-image.ts";
import { joinsColumns } from "./joins-columns.ts";
import { tornRows } from "./torn-rows.ts";

export type SegmentedBlocks = { blocks: Block[]; segmentation: Segmentation };

/** Fewer torn rows may be an accident. */
const MANY_TORN = 3;
/** What else is tried when automatic segmentation tears rows, the one that keeps more of the layout first. */
const OTHERS = ["single_column", "single_block"] as const satisfies Segmentation[];
/** Another segmentation may be less sure than the automatic one by so much, and find so many words less. */
const LESS_SURE = 5;
const LEAST_FOUND = 0.7;

/**
 * Reads with automatic segmentation. Where that tears the rows of a statement or a receipt, reads again as a
 * column or a block, and keeps whichever tears the fewest rows and no columns.
 */
export async function readBlocks(engine: Engine, image: GreyImage): Promise<SegmentedBlocks> {
  const automatic = { blocks: await engine.recognize(image, "auto"), segmentation: "auto" as const };
  let best: SegmentedBlocks & { torn: number } = { ...automatic, torn: tornRows(automatic.blocks) };
  for (const segmentation of OTHERS) {
    if (best.torn < MANY_TORN) break;
    const blocks = await engine.recognize(image, segmentation);
    const torn = tornRows(blocks);
    if (torn < best.torn && !joinsColumns(blocks) && isAsSure(blocks, automatic.blocks)) {
      best = { blocks, segmentation, torn };
    }
  }
  return best;
}

function isAsSure(blocks: Block[], others: Block[]): boolean {
  const [confidence, other] = [blocks, others].map((each) => meanConfidence({ blocks: each }) ?? 0);
  const [length, otherLength] = [blocks, others].map((each) => charactersOf(each));
  return (confidence ?? 0) >= (other ?? 0) - LESS_SURE && (length ?? 0) >= (otherLength ?? 0) * LEAST_FOUND;
}

/** Not words: torn ones are more. */
function charactersOf(blocks: Block[]): number {
  return wordsOf({ blocks }).reduce((sum, { text }) => sum + text.length, 0);
}
