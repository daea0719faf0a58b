import { type Block, meanConfidence, type PageResult } from "@orbital-witness/common/results/page-result.ts";
import type { Engine, Segmentation } from "./engine.ts";
import { inReadingOrder } from "./frames/cells.ts";
import type { Frame } from "./frames/frame.ts";
import { readDigits } from "./frames/read-digits.ts";
import { readsCellByCell } from "./frames/reads-cell-by-cell.ts";
import type { ColourImage, GreyImage } from "./grey-image.ts";
import { pageSide } from "./preparation/page-side.ts";
import {
  asPlanned,
  asRuled,
  type Plan,
  type PreparedPage,
  planFor,
  prepare,
  upsideDown,
} from "./preparation/prepare.ts";
import { withoutCheckBoxMarks } from "./regions/check-box-marks.ts";
import { findRegions } from "./regions/find-regions.ts";
import { groundOf } from "./regions/ground.ts";
import type { SecondReader } from "./second-reader/second-reader.ts";
import { readBlocks } from "./segmentation/read-blocks.ts";
import { withoutStrayMarks } from "./segmentation/stray-marks.ts";

/**
 * The page's picture for users, with its own light and lines, and the text that was read. Boxes are in pixels
 * of this picture. `likewise` turns, deskews and scales the original in colours as it was done for `image`.
 */
export type RecognizedPage = {
  image: GreyImage;
  likewise: (original: ColourImage) => Promise<ColourImage>;
  result: Omit<PageResult, "page">;
};

/** Prepares a page if measurements show that this helps, and recognises it. Throws if the engine fails. */
export type RecognizePage = (image: GreyImage) => Promise<RecognizedPage>;

/** Upside-down letters are read with a confidence of 36 to 43, letters of a poor scan with 75 and more. */
const POOR_CONFIDENCE = 60;

/** The assumed longer side, in inches, of a page whose document has no resolution. */
const A4_INCHES = 297 / 25.4;

/** A page as tesseract read it, its blocks in reading order. `forms`: the frames that are forms or tables. */
type Reading = {
  prepared: PreparedPage;
  segmentation: Segmentation;
  blocks: Block[];
  forms: readonly Frame[];
};

/** `secondReader`: reads what tesseract was not sure of again. Without one, tesseract reads alone. */
export function createRecognizer(engine: Engine, secondReader?: SecondReader): RecognizePage {
  return async (original) => {
    const readAs = async (plan: Plan) => {
      const reading = await read(engine, await prepare(original, plan));
      return { plan, reading, confidence: meanConfidence({ blocks: withoutStrayMarks(reading.blocks) }) };
    };
    const first = await readAs(await planFor(original));
    let best = first;
    if (first.confidence !== null && first.confidence < POOR_CONFIDENCE) {
      const second = await readAs(upsideDown(first.plan));
      if ((second.confidence ?? 0) > first.confidence) best = second;
    }
    const { plan, reading } = best;
    const { prepared, blocks } = reading;
    const better = secondReader ? await secondReader(prepared.image, blocks) : blocks;
    return {
      ...(await pageOf({ ...reading, blocks: better })),
      likewise: (coloured: ColourImage) => asPlanned(coloured, plan),
    };
  };
}

async function read(engine: Engine, prepared: PreparedPage): Promise<Reading> {
  const { frames } = prepared;
  if (prepared.hasColumns) {
    const ruled = await readBlocks(engine, prepared.ruled);
    if (!frames.some((frame) => readsCellByCell(ruled.blocks, frame))) {
      return { prepared: asRuled(prepared), ...ruled, forms: [] };
    }
  }
  const found = await readBlocks(engine, prepared.image);
  const forms = frames.filter((frame) => readsCellByCell(found.blocks, frame));
  if (frames.length > 0 && forms.length === 0) return read(engine, asRuled(prepared));
  const blocks = await readDigits(engine, prepared.image, found.blocks, forms);
  return { prepared, ...found, blocks: inReadingOrder(blocks, forms), forms };
}

async function pageOf({
  prepared,
  segmentation,
  blocks: read,
  forms,
}: Reading): Promise<Omit<RecognizedPage, "likewise">> {
  const { picture, preparation } = prepared;
  const words = withoutStrayMarks(read);
  const regions = findRegions(await groundOf(prepared, forms), words);
  const blocks = withoutCheckBoxMarks(words, regions.check_boxes);
  const { width, height } = picture;
  return {
    image: picture,
    result: {
      width,
      height,
      dpi: picture.dpi ?? pageSide(picture) / A4_INCHES,
      source: "ocr",
      preparation,
      segmentation,
      confidence: meanConfidence({ blocks }),
      regions,
      blocks,
    },
  };
}
