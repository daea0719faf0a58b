import {
  type Block,
  blockOf,
  type Line,
  lineOf,
  type Word,
} from "@orbital-witness/common/results/page-result.ts";
import { runsOf } from "../../../../runs.ts";
import type { Rectangle } from "../../page-drawing.ts";
import { type Direction, upright } from "../direction.ts";

/** A gap between lines larger than this share of their height starts a new block. */
const blockGap = 1.2;

/**
 * Groups lines of words, in the given order, into blocks by position. Lines closely below each other form a
 * block. Turned lines follow all upright ones, grouped by their direction.
 */
export function toBlocks(lines: Word[][]): Block[] {
  const split = lines.flatMap(splitLine).toSorted((a, b) => lineDirection(a) - lineDirection(b));
  return runsOf(split, continues).map(blockOf);
}

/** Splits words that do not follow each other on one line, in its direction. */
function splitLine(words: Word[]): Line[] {
  return runsOf(words, follows).map(lineOf);
}

export function lineDirection({ words: [first] }: Pick<Line, "words">): Direction {
  return first?.direction ?? 0;
}

function follows(next: Word, before: Word): boolean {
  if (before.direction !== next.direction) return false;
  const [left, top, , bottom] = uprightWord(before);
  const [nextLeft, nextTop, , nextBottom] = uprightWord(next);
  return nextLeft > left && Math.min(bottom, nextBottom) > Math.max(top, nextTop);
}

function uprightWord({ box, direction }: Word): Rectangle {
  return upright(box, direction ?? 0);
}

function continues(lineBelow: Line, lineAbove: Line): boolean {
  const direction = lineDirection(lineAbove);
  if (lineDirection(lineBelow) !== direction) return false;
  const [above, below] = [upright(lineAbove.box, direction), upright(lineBelow.box, direction)];
  const height = Math.max(above[3] - above[1], below[3] - below[1]);
  const gap = below[1] - above[3];
  const overlap = Math.min(above[2], below[2]) - Math.max(above[0], below[0]);
  return below[1] > above[1] && gap <= height * blockGap && overlap > 0;
}
