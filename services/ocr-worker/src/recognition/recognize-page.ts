import { meanConfidence, type PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { Engine } from "./engine.ts";
import { inReadingOrder } from "./frames/cells.ts";
import type { GreyImage } from "./grey-image.ts";
import { type PreparedPage, planFor, prepare, upsideDown } from "./preparation/prepare.ts";
import { withoutStrayMarks } from "./stray-marks.ts";

export type { GreyImage } from "./grey-image.ts";

/** The image as it was read, and what was read on it; boxes in its pixels. */
export type RecognizedPage = { image: GreyImage; result: Omit<PageResult, "page"> };

/** Prepares a page where it is measured to help, and recognises it. Throws where the engine breaks. */
export type RecognizePage = (image: GreyImage) => Promise<RecognizedPage>;

/** Letters upside down are read with a confidence of 36 to 43, those of a poor scan with 75 and more. */
const POOR_CONFIDENCE = 60;

/** Where the document does not say its resolution, its longer side is taken for that of an A4 page. */
const A4_INCHES = 297 / 25.4;

export function createRecognizer(engine: Engine): RecognizePage {
  return async (original) => {
    const plan = await planFor(original);
    const first = await read(engine, await prepare(original, plan));
    const { confidence } = first.result;
    if (confidence === null || confidence >= POOR_CONFIDENCE) return first;
    const second = await read(engine, await prepare(original, upsideDown(plan)));
    return (second.result.confidence ?? 0) > confidence ? second : first;
  };
}

async function read(engine: Engine, { image, preparation, frames }: PreparedPage): Promise<RecognizedPage> {
  const segmentation = "auto" as const;
  const blocks = withoutStrayMarks(inReadingOrder(await engine.recognize(image, segmentation), frames));
  const { width, height } = image;
  const dpi = image.dpi ?? Math.max(1, Math.round(Math.max(width, height) / A4_INCHES));
  const confidence = meanConfidence({ blocks });
  const result = {
    width,
    height,
    dpi,
    source: "ocr" as const,
    preparation,
    segmentation,
    confidence,
    blocks,
  };
  return { image, result };
}
