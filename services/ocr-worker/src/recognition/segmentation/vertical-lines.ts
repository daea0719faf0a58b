import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  meanConfidence,
} from "@orbital-witness/common/results/page-result.ts";
import type { Engine } from "../engine.ts";
import type { GreyImage } from "../grey-image.ts";
import { cutStrip, readStrip, whiten } from "../turned-strip.ts";
import { inVerticalOrder } from "./vertical-order.ts";

/**
 * The engine turns the vertical lines of a page as if they ran up, or as if they ran down. Lines that it
 * reads the right way up have a confidence of 96. Lines that it reads upside down have 17 to 62.
 */
const SURE = 80;
/** Beside other text, a vertical line with a lower confidence in every reading is not text. */
const LEAST_SURE = 60;
/** How much higher than wide a vertical line is at least. */
const TALL = 1.5;
const LEAST_CHARACTERS = 3;

/** `image` is the page without its vertical lines. */
export type VerticalLines = { level: Block[]; vertical: Block[]; image: GreyImage };

/** Takes vertical lines out of a page's text and gives their words a direction. */
export async function takeVerticalLines(
  engine: Engine,
  image: GreyImage,
  blocks: Block[],
): Promise<VerticalLines> {
  const lines = blocks.flatMap((block) => block.lines.filter(isVertical));
  if (lines.length === 0) return { level: blocks, vertical: [], image };
  const level = blocks.flatMap((block) => {
    const kept = block.lines.filter((line) => !isVertical(line));
    return kept.length === 0 ? [] : [blockOf(kept)];
  });
  const vertical: Line[] = [];
  const rest = { ...image, data: Buffer.from(image.data) };
  for (const line of lines) {
    const best = await read(engine, image, line);
    // Without other text this may be a page on its side, which is read again upside down if it is doubtful.
    if (level.length === 0 || confidenceOf(best) >= LEAST_SURE) {
      vertical.push(...best.flatMap((block) => block.lines));
    }
    whiten(rest, line.box);
  }
  const inOrder = inVerticalOrder(vertical);
  return { level, vertical: inOrder.map((line) => blockOf([line])), image: rest };
}

function isVertical({ box: [left, top, right, bottom], words }: Line): boolean {
  const characters = words.reduce((sum, { text }) => sum + text.length, 0);
  return characters >= LEAST_CHARACTERS && bottom - top > (right - left) * TALL;
}

/** Trusts the engine's own reading if it is sure, and reads the line in both directions if it is not. */
async function read(engine: Engine, image: GreyImage, line: Line): Promise<Block[]> {
  const direction = directionOf(line);
  let best = direction ? [blockOf([lineOf(line.words.map((word) => ({ ...word, direction })))])] : [];
  const strip = cutStrip(image, line.box);
  for (const other of [90, 270] as const) {
    if (confidenceOf(best) >= SURE) break;
    const turned = await readStrip(strip, other, engine.recognize);
    if (confidenceOf(turned) > confidenceOf(best)) best = turned;
  }
  return best;
}

/** The order of the words shows how the engine turned a line. Undefined for a single word. */
function directionOf({ words }: Line): 90 | 270 | undefined {
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last || first === last) return undefined;
  return first.box[1] < last.box[1] ? 90 : 270;
}

function confidenceOf(blocks: Block[]): number {
  return meanConfidence({ blocks }) ?? 0;
}
