import { type Block, type PageResult, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import type { Engine } from "./engine.ts";

/** What most scanners are set to. */
const DEFAULT_DPI = 300;

/** 8-bit grey, row by row without padding, 0 is black. `dpi` undefined where the document does not say it credibly. */
export type GreyImage = { data: Buffer; width: number; height: number; dpi: number | undefined };

/** The image as it was read, and what was read on it; boxes in its pixels. */
export type RecognizedPage = { image: GreyImage; result: Omit<PageResult, "page"> };

/** Prepares a page where it is measured to help, and recognises it. Throws where the engine breaks. */
export type RecognizePage = (image: GreyImage) => Promise<RecognizedPage>;

export function createRecognizer(engine: Engine): RecognizePage {
  return async (image) => {
    const blocks = await engine.recognize(image, "auto");
    const { width, height, dpi } = image;
    const result = {
      width,
      height,
      dpi: dpi ?? DEFAULT_DPI,
      source: "ocr" as const,
      preparation: [],
      segmentation: "auto" as const,
      confidence: meanConfidence(blocks),
      blocks,
    };
    return { image, result };
  };
}

function meanConfidence(blocks: Block[]): number | null {
  const words = wordsOf({ blocks });
  return words.length === 0
    ? null
    : words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
}
