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

/**
 * The engine turns vertical lines as if all ran up. It reads them with a confidence of 96. Lines that run
 * down, which it reads upside down, have 33 to 62.
 */
const SURE = 80;
/** Beside other text, a vertical line with a lower confidence in both directions is not text. */
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
  const vertical: Block[] = [];
  const rest = { ...image, data: Buffer.from(image.data) };
  for (const line of lines) {
    const best = await read(engine, image, line);
    // Without other text this may be a page on its side, which is read again upside down if it is doubtful.
    if (level.length === 0 || confidenceOf(best) >= LEAST_SURE) vertical.push(...best);
    whiten(rest, line.box);
  }
  return { level, vertical, image: rest };
}

function isVertical({ box: [left, top, right, bottom], words }: Line): boolean {
  const characters = words.reduce((sum, { text }) => sum + text.length, 0);
  return characters >= LEAST_CHARACTERS && bottom - top > (right - left) * TALL;
}

async function read(engine: Engine, image: GreyImage, line: Line): Promise<Block[]> {
  const up = blockOf([lineOf(line.words.map((word) => ({ ...word, direction: 270 as const })))]);
  const sureness = confidenceOf([up]);
  if (sureness >= SURE) return [up];
  const down = await readStrip(cutStrip(image, line.box), 90, engine.recognize);
  return confidenceOf(down) > sureness ? down : [up];
}

function confidenceOf(blocks: Block[]): number {
  return meanConfidence({ blocks }) ?? 0;
}
