import { z } from "zod";
import { around, boxSchema, confidenceSchema } from "./box.ts";
import { regionsSchema } from "./regions.ts";

export { around, type Box, boxSchema, confidenceSchema } from "./box.ts";

/**
 * `ocr`: recognised. `text_layer`: from the document's own text. `form_value`: from a form field that was
 * filled in. `corrected`: changed or added by a person after the page was read; see corrections/.
 */
export const wordSources = ["ocr", "text_layer", "form_value", "corrected"] as const;

/** How far the text of a word is turned clockwise, in degrees: 90 runs down the page, and 270 runs up. */
export const directionSchema = z.union([z.literal(90), z.literal(180), z.literal(270)]);

/** Who recognised a word: tesseract, or the second reader, the model PP-OCRv6. */
export const wordReaders = ["tesseract", "ppocr"] as const;

/**
 * Only recognised words have a `confidence` and a `reader`; in results of earlier versions they have no
 * `reader`. Horizontal words have no `direction`.
 */
export const wordSchema = z.object({
  text: z.string().min(1),
  box: boxSchema,
  source: z.enum(wordSources),
  confidence: confidenceSchema.optional(),
  reader: z.enum(wordReaders).optional(),
  direction: directionSchema.optional(),
});
export type Word = z.output<typeof wordSchema>;

/** The words in reading order. All have the same direction. */
export const lineSchema = z.object({ box: boxSchema, words: z.array(wordSchema).min(1) });
export type Line = z.output<typeof lineSchema>;

export const blockSchema = z.object({ box: boxSchema, lines: z.array(lineSchema).min(1) });
export type Block = z.output<typeof blockSchema>;

/** The changes made to a page before it was read, in this order. */
export const preparationSchema = z.discriminatedUnion("step", [
  /** Clockwise, in degrees. */
  z.object({ step: z.literal("rotate"), degrees: z.union([z.literal(90), z.literal(180), z.literal(270)]) }),
  /** Clockwise, in degrees. */
  z.object({ step: z.literal("deskew"), degrees: z.number() }),
  z.object({ step: z.literal("scale"), factor: z.number().positive() }),
  /** Uneven light was evened out. */
  z.object({ step: z.literal("flatten") }),
  z.object({ step: z.literal("invert") }),
  /** Ruling lines of forms and tables were removed. */
  z.object({ step: z.literal("remove_lines") }),
]);
export type Preparation = z.output<typeof preparationSchema>;

/**
 * How the page was divided into blocks; tesseract's modes 3, 4, 6 and 11. `text_layer`: as in the document
 * itself.
 */
export const segmentations = ["auto", "single_column", "single_block", "sparse_text", "text_layer"] as const;

/**
 * Faults of the document or of the result that did not keep any of the page from being read.
 * `image_bytes_extra`: bytes follow the pixels of an image in a PDF. `hidden_text_kept`: the searchable PDF
 * still contains text of the page that is hidden, or that recognition replaced.
 */
export const pageWarnings = [
  "jpeg_end_missing",
  "jpeg_header_unusual",
  "image_bytes_extra",
  "hidden_text_kept",
] as const;
export type PageWarning = (typeof pageWarnings)[number];

/** The page as it came. `scale`: how many pixels of the page's image one of its pixels takes. */
export const originalPictureSchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  scale: z.number().positive(),
});
export type OriginalPicture = z.output<typeof originalPictureSchema>;

/** The tiles of a large page's image: see tile-pyramid.ts. `size`: the side of a tile, in pixels. */
export const pageTilesSchema = z.object({ size: z.int().positive(), levels: z.int().positive() });
export type PageTiles = z.output<typeof pageTilesSchema>;

/** Where a page's words come from. `mixed`: some were recognised, and others taken from the document. */
export const pageSources = ["ocr", "text_layer", "mixed"] as const;

/**
 * The content read from one page. `page` counts from 1. `width` and `height` are in pixels, and `dpi` is the
 * resolution, of the page as it was read.
 */
export const pageResultSchema = z.object({
  page: z.int().positive(),
  width: z.int().positive(),
  height: z.int().positive(),
  dpi: z.number().positive(),
  source: z.enum(pageSources),
  preparation: z.array(preparationSchema),
  segmentation: z.enum(segmentations),
  /** Mean confidence of the recognised words. Null if there are none. */
  confidence: confidenceSchema.nullable(),
  /** Omitted when there are none. */
  warnings: z.array(z.enum(pageWarnings)).min(1).optional(),
  /** Only for a page that was turned or straightened. Earlier versions wrote none. */
  original: originalPictureSchema.optional(),
  /** Only for a large page. Earlier versions wrote none. */
  tiles: pageTilesSchema.optional(),
  /** Earlier versions wrote none. */
  regions: regionsSchema.optional(),
  /** In reading order. An empty page has none. */
  blocks: z.array(blockSchema),
});
export type PageResult = z.output<typeof pageResultSchema>;

export function lineOf(words: Word[]): Line {
  return { box: around(words.map(({ box }) => box)), words };
}

export function blockOf(lines: Line[]): Block {
  return { box: around(lines.map(({ box }) => box)), lines };
}

/** The blocks with the words that `change` leaves of each line. Lines and blocks without words disappear. */
export function withWords(blocks: readonly Block[], change: (words: Word[]) => Word[]): Block[] {
  return blocks.flatMap(({ lines }) => {
    const kept = lines.flatMap((line) => {
      const words = change(line.words);
      return words.length === 0 ? [] : [lineOf(words)];
    });
    return kept.length === 0 ? [] : [blockOf(kept)];
  });
}

export function wordsOf({ blocks }: Pick<PageResult, "blocks">): Word[] {
  return blocks.flatMap(({ lines }) => lines.flatMap(({ words }) => words));
}

/** Mean confidence of the recognised words. Null if there are none. */
export function meanConfidence(page: Pick<PageResult, "blocks">): number | null {
  const confidences = wordsOf(page).flatMap(({ confidence }) => confidence ?? []);
  if (confidences.length === 0) return null;
  return confidences.reduce((sum, confidence) => sum + confidence, 0) / confidences.length;
}

/** Where the words of a page come from. Filled form values count as taken from the document. */
export function sourceOf(page: Pick<PageResult, "blocks">): PageResult["source"] {
  const words = wordsOf(page);
  const recognised = words.filter(({ source }) => source === "ocr").length;
  if (recognised === words.length) return "ocr";
  return recognised === 0 ? "text_layer" : "mixed";
}

/** The page's text. Lines end with a line feed, and an empty line separates blocks. "" for an empty page. */
export function textOf({ blocks }: Pick<PageResult, "blocks">): string {
  return blocks
    .map(({ lines }) => lines.map(({ words }) => `${words.map(({ text }) => text).join(" ")}\n`).join(""))
    .join("\n");
}
