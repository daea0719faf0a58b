import {
  type Block,
  type Box,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import type { GreyImage } from "../grey-image.ts";
import { crop } from "../preparation/picture.ts";
import { betterWords } from "./better-words.ts";
import { inkRuns } from "./ink-runs.ts";
import { openRecogniser, type Recogniser } from "./recogniser.ts";
import type { SecondReaderSettings } from "./settings.ts";
import { spacedWords } from "./spaced-words.ts";
import { type Span, spansOf } from "./spans.ts";

/**
 * Reads words of a page again, and keeps of each the reading that is more likely to be right. `image`: the
 * one that tesseract read.
 */
export type SecondReader = (image: GreyImage, blocks: readonly Block[]) => Promise<Block[]>;

/** Loads the model. Throws if its folder does not contain it. */
export async function openSecondReader(
  { mode, model }: SecondReaderSettings,
  languages: readonly string[],
): Promise<SecondReader> {
  return createSecondReader(await openRecogniser(model, languages), mode);
}

export function createSecondReader(recogniser: Recogniser, mode: SecondReaderSettings["mode"]): SecondReader {
  const better = async (image: GreyImage, line: Line): Promise<Word[]> => {
    const words = [...line.words];
    if (!isLevel(line)) return words;
    // From the end, so that the places of earlier spans stay.
    for (const span of spansOf(line, mode).reverse()) {
      const first = words.slice(span.from, span.to);
      const second = await readSpan(recogniser, image, first, span);
      words.splice(span.from, first.length, ...betterWords(first, second, mode));
    }
    return words;
  };
  return async (image, blocks) => {
    const found: Block[] = [];
    for (const { lines } of blocks) {
      const kept: Line[] = [];
      for (const line of lines) {
        const words = await better(image, line);
        if (words.length > 0) kept.push(lineOf(words));
      }
      if (kept.length > 0) found.push(blockOf(kept));
    }
    return found;
  };
}

function isLevel({ words }: Line): boolean {
  return words.every(({ direction, source }) => direction === undefined && source === "ocr");
}

/** The words that the model reads in a part of a line. */
export async function readSpan(
  recogniser: Recogniser,
  image: GreyImage,
  words: readonly Word[],
  span: Pick<Span, "box">,
): Promise<Word[]> {
  const box = within(span.box, image);
  const [left, top] = box;
  const picture = crop(image, box);
  // Tesseract's spaces are in the middle between its words.
  const seen = words.slice(1).map((word, index) => ((words[index]?.box[2] ?? 0) + word.box[0]) / 2 - left);
  const found = spacedWords(await recogniser.read(picture), inkRuns(picture), {
    ...{ width: picture.width, seen },
  });
  return found.map(({ text, box: [l, t, r, b], probabilities }) => ({
    ...{ text, box: [l + left, t + top, r + left, b + top], source: "ocr" },
    confidence: Math.round(10_000 * Math.min(...probabilities)) / 100,
    reader: "ppocr",
  }));
}

function within([left, top, right, bottom]: Box, { width, height }: GreyImage): Box {
  return [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)];
}
