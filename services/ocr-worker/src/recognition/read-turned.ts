import {
  type Block,
  type Box,
  blockOf,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import type { Segmentation } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";
import { rotate } from "./preparation/picture.ts";

type Direction = NonNullable<Word["direction"]>;

/**
 * Recognises a picture whose text is turned clockwise by `direction` degrees. The words have this direction,
 * and their boxes are on the picture as it is.
 */
export async function readTurned(
  picture: GreyImage,
  direction: Direction,
  read: (image: GreyImage, segmentation: Segmentation) => Promise<Block[]>,
): Promise<Block[]> {
  const blocks = await read(await rotate(picture, 360 - direction), "single_block");
  return blocks.map(({ lines }) =>
    blockOf(
      lines.map(({ words }) =>
        lineOf(words.map((word) => ({ ...word, box: turnedBack(word.box, direction, picture), direction }))),
      ),
    ),
  );
}

function turnedBack(
  [left, top, right, bottom]: Box,
  direction: Direction,
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
