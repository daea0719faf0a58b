import {
  type Block,
  type Box,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";

/** A gap between lines larger than this share of their height starts a new block. */
const blockGap = 1.2;

/**
 * Groups lines of words, in the given order, into blocks by position. Lines closely below each other form a
 * block.
 */
export function toBlocks(lines: Word[][]): Block[] {
  const blocks: Line[][] = [];
  for (const line of lines.flatMap(splitLine)) {
    const block = blocks.at(-1);
    const above = block?.at(-1);
    if (block && above && continues(above.box, line.box)) block.push(line);
    else blocks.push([line]);
  }
  return blocks.map(blockOf);
}

/** Splits words that do not follow each other from left to right on one line. */
function splitLine(words: Word[]): Line[] {
  const lines: Word[][] = [];
  for (const word of words) {
    const line = lines.at(-1);
    const before = line?.at(-1);
    if (line && before && follows(before.box, word.box)) line.push(word);
    else lines.push([word]);
  }
  return lines.map(lineOf);
}

function follows([left, top, , bottom]: Box, next: Box): boolean {
  return next[0] > left && Math.min(bottom, next[3]) > Math.max(top, next[1]);
}

function continues(above: Box, below: Box): boolean {
  const height = Math.max(above[3] - above[1], below[3] - below[1]);
  const gap = below[1] - above[3];
  const overlap = Math.min(above[2], below[2]) - Math.max(above[0], below[0]);
  return below[1] > above[1] && gap <= height * blockGap && overlap > 0;
}
