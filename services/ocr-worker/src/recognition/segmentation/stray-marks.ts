import {
  type Block,
  meanConfidence,
  type Word,
  withWords,
} from "@orbital-witness/common/results/page-result.ts";

/**
 * Signatures and bits of pictures are read as words with a lower confidence. On a page that is read well,
 * almost no printed word is.
 */
const DOUBTFUL = 45;
/** The mean confidence of a page that is read well. */
const READ_WELL = 80;
/** In heights of the last confident word. A word that is closer to it may be the rest of its line. */
const APART = 0.75;

/**
 * Drops lines of only doubtful words, and doubtful words that stand apart at a line's end, if the rest of the
 * page is read well.
 */
export function withoutStrayMarks(blocks: Block[]): Block[] {
  if ((meanConfidence({ blocks }) ?? 0) < READ_WELL) return blocks;
  return withWords(blocks, withoutStrayEnd);
}

function withoutStrayEnd(words: Word[]): Word[] {
  const sure = words.findLastIndex(({ confidence = 0 }) => confidence >= DOUBTFUL);
  const last = words[sure];
  if (last === undefined) return [];
  const next = words[sure + 1];
  return next !== undefined && isApart(last, next) ? words.slice(0, sure + 1) : words;
}

function isApart({ box: [, top, right, bottom] }: Word, { box: [left] }: Word): boolean {
  return left - right > (bottom - top) * APART;
}
