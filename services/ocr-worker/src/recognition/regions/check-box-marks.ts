import { areaOf, type Box } from "@orbital-witness/common/results/box.ts";
import { type Block, type Word, withWords } from "@orbital-witness/common/results/page-result.ts";
import type { CheckBox } from "@orbital-witness/common/results/regions.ts";

/** A word is a box or its mark if at least this share of it is in the box. */
const INSIDE = 0.6;
/** A letter of a word that begins beside a box may reach into it, by this share of the box. */
const REACHES = 0.5;
const MOST_CHARACTERS = 3;
/** A box and its mark, as they are read at the start of a word. */
const READ_AS_BOX = /^(?:[[({|][^\])}|\s]?[\])}|]|[[\]|□☐☑☒])/u;

/**
 * Takes the letters out of the text that are check boxes or the marks in them: the state of a box is not a
 * word. A letter or a digit that is alone in a box with an unusual mark stays.
 */
export function withoutCheckBoxMarks(blocks: Block[], boxes: readonly CheckBox[]): Block[] {
  if (boxes.length === 0) return blocks;
  return withWords(blocks, (words) => words.flatMap((word) => withoutMark(word, boxes)));
}

function withoutMark(word: Word, boxes: readonly CheckBox[]): Word[] {
  for (const { box, state } of boxes) {
    if (isMark(word, box, state)) return [];
    const rest = word.text.replace(READ_AS_BOX, "");
    if (rest === word.text || rest === "" || !beginsIn(word.box, box)) continue;
    const [, top, right, bottom] = word.box;
    return [{ ...word, text: rest, box: [box[2], top, right, bottom] }];
  }
  return [word];
}

function isMark({ text, box }: Word, square: Box, state: CheckBox["state"]): boolean {
  if (text.length > MOST_CHARACTERS || overlapOf(box, square) < INSIDE * areaOf(box)) return false;
  return state !== "marked" || !/[\p{L}\p{N}]/u.test(text);
}

function beginsIn(word: Box, box: Box): boolean {
  const width = Math.min(word[2], box[2]) - Math.max(word[0], box[0]);
  const isLevel = Math.min(word[3], box[3]) > Math.max(word[1], box[1]);
  return isLevel && word[2] > box[2] && width >= REACHES * (box[2] - box[0]);
}

function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, width) * Math.max(0, height);
}
