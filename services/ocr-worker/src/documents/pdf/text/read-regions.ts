import {
  type Block,
  type Box,
  blockOf,
  lineOf,
  meanConfidence,
} from "@orbital-witness/common/results/page-result.ts";
import { movedBlock } from "../../../recognition/blocks.ts";
import type { GreyImage } from "../../../recognition/grey-image.ts";
import { crop } from "../../../recognition/preparation/picture.ts";
import { cutStrip, readStrip, type Strip, whiten } from "../../../recognition/turned-strip.ts";
import type { ReadPicture } from "../../document.ts";
import type { Direction } from "./direction.ts";
import type { LetterRegion } from "./unread-letters.ts";
import { aroundAll, wholePixels } from "./visible-text.ts";
import type { CharacterWord } from "./words.ts";

/** With more regions than this, they are read as one picture. */
const mostRegions = 8;
/**
 * The least confidence for words and lines recognised in pictures beside text. Readings below it are bits of
 * drawings and photographs.
 */
const sure = { word: 40, line: 60 };
/** A line of turned text, cut out of its page. */
export type TurnedStrip = { strip: Strip; direction: Exclude<Direction, 0> };

/** Cuts the chosen words of turned lines out of a picture, which is white there afterwards. */
export function cutTurnedLines(
  picture: GreyImage,
  lines: readonly CharacterWord[][],
  isChosen: (word: CharacterWord) => boolean,
): TurnedStrip[] {
  return lines.flatMap((line) => {
    const characters = line.filter(isChosen).flat();
    const direction = characters[0]?.direction ?? 0;
    if (direction === 0) return [];
    const box = wholePixels(aroundAll(characters.map((one) => one.box)), picture);
    if (box[0] >= box[2] || box[1] >= box[3]) return [];
    const strip = cutStrip(picture, box);
    whiten(picture, box);
    return [{ strip, direction }];
  });
}

/** Recognises strips of turned text. Readings that are not sure are left out. */
export async function readStrips(strips: readonly TurnedStrip[], read: ReadPicture): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const { strip, direction } of strips) {
    const found = await readStrip(strip, direction, read);
    blocks.push(...found.flatMap((block) => sureBlock(block) ?? []));
  }
  return blocks;
}

/** Recognises the regions of a picture. Readings that are not sure are left out. */
export async function readRegions(
  picture: GreyImage,
  regions: readonly LetterRegion[],
  read: ReadPicture,
): Promise<Block[]> {
  const boxes = regions.map(({ box }) => box);
  const whole: Box = [0, 0, picture.width, picture.height];
  const parts = boxes.length > mostRegions ? [whole] : boxes;
  const blocks: Block[] = [];
  for (const box of parts) {
    const [left, top] = box;
    for (const block of await read(crop(picture, box), "auto")) {
      const kept = sureBlock(block);
      if (kept) blocks.push(movedBlock(kept, left, top));
    }
  }
  return blocks;
}

function sureBlock({ lines }: Block): Block | undefined {
  const kept = lines.flatMap(({ words }) => {
    const sureWords = words.filter(({ confidence = 0 }) => confidence >= sure.word);
    const hasLetters = sureWords.some(({ text }) => /[\p{L}\p{N}]/u.test(text));
    if (!hasLetters) return [];
    const line = lineOf(sureWords);
    return (meanConfidence({ blocks: [blockOf([line])] }) ?? 0) >= sure.line ? [line] : [];
  });
  return kept.length === 0 ? undefined : blockOf(kept);
}
