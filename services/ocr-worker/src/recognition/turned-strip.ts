import {
  type Block,
  type Box,
  blockOf,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { movedBlock } from "./blocks.ts";
import type { Segmentation } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";
import { crop, rotate, WHITE } from "./preparation/picture.ts";

/** White around a strip, in pixels. */
const MARGIN = 10;

/** A line of text on a white margin, cut out of a picture at this place. */
export type Strip = { picture: GreyImage; left: number; top: number };

export function cutStrip(image: GreyImage, box: Box): Strip {
  const [left, top] = box;
  return { picture: crop(image, box, MARGIN), left: left - MARGIN, top: top - MARGIN };
}

/** Makes a part of a picture white. */
export function whiten({ data, width }: GreyImage, [left, top, right, bottom]: Box): void {
  for (let y = top; y < bottom; y++) data.fill(WHITE, y * width + left, y * width + right);
}

/**
 * Recognises a strip whose text is turned clockwise by `direction` degrees. The words have this direction,
 * and their boxes are on the picture from which the strip was cut.
 */
export async function readStrip(
  { picture, left, top }: Strip,
  direction: NonNullable<Word["direction"]>,
  read: (image: GreyImage, segmentation: Segmentation) => Promise<Block[]>,
): Promise<Block[]> {
  const blocks = await read(await rotate(picture, 360 - direction), "single_block");
  const turnedWord = (word: Word) => ({ ...word, box: turnedBack(word.box, direction, picture), direction });
  return blocks
    .map(({ lines }) => blockOf(lines.map(({ words }) => lineOf(words.map(turnedWord)))))
    .map((block) => movedBlock(block, left, top));
}

function turnedBack(
  [left, top, right, bottom]: Box,
  direction: NonNullable<Word["direction"]>,
  { width, height }: GreyImage,
): Box {
  switch (direction) {
    case 90:
      return [width - bottom, left, width - top, right];
    case 180:
      return [width - right, height - bottom, width - left, height - top];
    case 270:
      return [top, height - right, bottom, height - left];
  }
}
