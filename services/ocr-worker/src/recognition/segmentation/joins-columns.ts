import type { Block, Line, Word } from "@orbital-witness/common/results/page-result.ts";

/** In line heights. A wider gap separates columns. */
const COLUMNS_APART = 1.5;
/**
 * With this many words of text on both sides of the gap, a line is not a row of a statement, but two lines of
 * two columns.
 */
const LEAST_WORDS = 3;
const MOST_LINES = 0.15;

/** Whether lines run across the columns of a page, as they do in a single block. */
export function joinsColumns(blocks: readonly Block[]): boolean {
  const lines = blocks.flatMap((block) => block.lines);
  return lines.filter(isAcross).length > lines.length * MOST_LINES;
}

function isAcross({ box: [, top, , bottom], words }: Line): boolean {
  const gap = (bottom - top) * COLUMNS_APART;
  const at = words.findIndex(({ box }, index) => box[0] - (words[index - 1]?.box[2] ?? box[0]) > gap);
  return at > 0 && isText(words.slice(0, at)) && isText(words.slice(at));
}

function isText(words: readonly Word[]): boolean {
  return words.filter(({ text }) => /\p{L}{2}/u.test(text)).length >= LEAST_WORDS;
}
