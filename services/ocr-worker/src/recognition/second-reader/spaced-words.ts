import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { Character } from "./ctc.ts";
import type { InkRun } from "./ink-runs.ts";

/**
 * The model omits some spaces between Latin words. A gap in the ink separates words too if it has this share
 * of the usual breadth of the line's spaces, or, where there is none, this many heights of the line's ink.
 */
const AS_BROAD = 0.85;
const BROAD = 0.6;
const LEAST_BROAD = 0.3;
/** Where tesseract saw a space, a gap of so many heights is enough. */
const NARROW = 0.15;
/** How far, in heights, characters and tesseract's spaces may be from where the ink is. */
const NEAR = 0.2;

/** A word with the probabilities of its characters. Its box is in pixels of the line's picture. */
export type SpacedWord = { text: string; box: Box; probabilities: number[] };

/** A gap between two runs of ink, in pixels. */
type Gap = { left: number; right: number };

/** A place between two characters that follow each other. `gap`: the broadest there, if there is one. */
type Joint = { index: number; middle: number; isSpace: boolean; gap: Gap | undefined };

/**
 * Divides the characters of a line into words. `width`: of the line's picture, in pixels. `seen`: where, in
 * pixels, tesseract saw a space.
 */
export function spacedWords(
  characters: readonly Character[],
  runs: readonly InkRun[],
  { width, seen }: { width: number; seen: readonly number[] },
): SpacedWord[] {
  if (runs.length === 0) return [];
  const height = heightOf(runs);
  const letters = characters.filter(({ text }) => text !== " ");
  const joints = jointsOf(characters, gapsOf(runs), { width, reach: NEAR * height });
  const words: SpacedWord[] = [];
  const cuts = cutsOf(joints, seen, height);
  for (const [number, { index, at }] of [...cuts, { index: letters.length, at: width }].entries()) {
    const from = cuts[number - 1] ?? { index: 0, at: 0 };
    const inside = letters.slice(from.index, index);
    if (inside.length === 0) continue;
    words.push({
      text: inside.map(({ text }) => text).join(""),
      box: boxOf(runs, from.at, at),
      probabilities: inside.map(({ probability }) => probability),
    });
  }
  return words;
}

/** The joints at which words are separated. `index`: of the letter after the cut. `at`: in pixels. */
function cutsOf(joints: readonly Joint[], seen: readonly number[], height: number) {
  const spaces = joints.filter(({ isSpace }) => isSpace);
  const breadths = spaces.flatMap(({ gap }) => (gap ? [breadthOf(gap)] : [])).sort((a, b) => a - b);
  const usual = breadths[Math.floor(breadths.length / 2)];
  const broad = usual === undefined ? BROAD * height : Math.max(AS_BROAD * usual, LEAST_BROAD * height);
  const taken = new Set(spaces.map(({ gap }) => gap));
  return joints
    .filter(({ isSpace, gap }) => {
      if (isSpace) return true;
      if (gap === undefined || taken.has(gap)) return false;
      const wasSeen = seen.some((x) => x > gap.left - NEAR * height && x < gap.right + NEAR * height);
      return breadthOf(gap) >= (wasSeen ? NARROW * height : broad);
    })
    .map(({ index, middle, gap }) => ({ index, at: gap ? (gap.left + gap.right) / 2 : middle }));
}

/** The joints of all letters. The gap of a space may be a little beside the letters that enclose it. */
function jointsOf(
  characters: readonly Character[],
  gaps: readonly Gap[],
  { width, reach }: { width: number; reach: number },
): Joint[] {
  const joints: Joint[] = [];
  let index = 0;
  let last: Character | undefined;
  let isSpace = false;
  for (const character of characters) {
    if (character.text === " ") {
      isSpace = true;
      continue;
    }
    if (last !== undefined) {
      const [from, to] = [last.at * width, character.at * width];
      const margin = isSpace ? reach : 0;
      const between = gaps.filter(({ left, right }) => {
        const middle = (left + right) / 2;
        return middle > from - margin && middle < to + margin;
      });
      const gap = between.toSorted((a, b) => breadthOf(b) - breadthOf(a))[0];
      joints.push({ index, middle: (from + to) / 2, isSpace, gap });
    }
    [last, isSpace] = [character, false];
    index += 1;
  }
  return joints;
}

function breadthOf({ left, right }: Gap): number {
  return right - left;
}

function gapsOf(runs: readonly InkRun[]): Gap[] {
  return runs.slice(1).map(({ left }, index) => ({ left: runs[index]?.right ?? left, right: left }));
}

/** The height of most of the line's ink, measured along its length. Dots and dashes are lower. */
function heightOf(runs: readonly InkRun[]): number {
  const tall = runs.toSorted((a, b) => b.bottom - b.top - (a.bottom - a.top));
  const length = tall.reduce((sum, { left, right }) => sum + right - left, 0);
  let covered = 0;
  for (const { left, right, top, bottom } of tall) {
    covered += right - left;
    if (covered * 2 >= length) return bottom - top;
  }
  return 1;
}

/** The ink between two columns, or, if there is none, all that is between them. */
function boxOf(runs: readonly InkRun[], from: number, to: number): Box {
  const inside = runs.filter(({ left, right }) => left < to && right > from);
  const top = Math.min(...(inside.length > 0 ? inside : runs).map((run) => run.top));
  const bottom = Math.max(...(inside.length > 0 ? inside : runs).map((run) => run.bottom));
  const left = inside.length > 0 ? Math.max(from, inside[0]?.left ?? from) : from;
  const right = inside.length > 0 ? Math.min(to, inside.at(-1)?.right ?? to) : to;
  return [Math.floor(left), top, Math.ceil(right), bottom];
}
