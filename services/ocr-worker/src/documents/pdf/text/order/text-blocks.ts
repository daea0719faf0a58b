import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import type { Rectangle } from "../../page-drawing.ts";
import { type Direction, upright } from "../direction.ts";

/** A gap between lines larger than this share of their height starts a new block. */
const blockGap = 1.2;

/**
 * Groups lines of words, in the given order, into blocks by position. Lines closely below each other form a
 * block. Turned lines follow all upright ones, grouped by their direction.
 */
export function toBlocks(lines: Word[][]): Block[] {
  const blocks: Line[][] = [];
  const split = lines.flatMap(splitLine).toSorted((a, b) => lineDirection(a) - lineDirection(b));
  for (const line of split) {
    const block = blocks.at(-1);
    const above = block?.at(-1);
    if (block && above && continues(above, line)) block.push(line);
    else blocks.push([line]);
  }
  return blocks.map(blockOf);
}

/** Splits words that do not follow each other on one line, in its direction. */
function splitLine(words: Word[]): Line[] {
  const lines: Word[][] = [];
  for (const word of words) {
    const line = lines.at(-1);
    const before = line?.at(-1);
    if (line && before && follows(before, word)) line.push(word);
    else lines.push([word]);
  }
  return lines.map(lineOf);
}

export function lineDirection({ words: [first] }: Pick<Line, "words">): Direction {
  return first?.direction ?? 0;
}

function follows(before: Word, next: Word): boolean {
  if (before.direction !== next.direction) return false;
  const [left, top, , bottom] = uprightWord(before);
  const [nextLeft, nextTop, , nextBottom] = uprightWord(next);
  return nextLeft > left && Math.min(bottom, nextBottom) > Math.max(top, nextTop);
}

function uprightWord({ box, direction }: Word): Rectangle {
  return upright(box, direction ?? 0);
}

function continues(lineAbove: Line, lineBelow: Line): boolean {
  const direction = lineDirection(lineAbove);
  if (lineDirection(lineBelow) !== direction) return false;
  const [above, below] = [upright(lineAbove.box, direction), upright(lineBelow.box, direction)];
  const height = Math.max(above[3] - above[1], below[3] - below[1]);
  const gap = below[1] - above[3];
  const overlap = Math.min(above[2], below[2]) - Math.max(above[0], below[0]);
  return below[1] > above[1] && gap <= height * blockGap && overlap > 0;
}
