import type { GreyImage } from "../grey-image.ts";
import { inkMap } from "../preparation/ink-map.ts";
import { WHITE } from "../preparation/picture.ts";

/**
 * In letters' heights: shorter ones are strokes of letters and dashes, unless they end at another rule, as a
 * box for one digit does.
 */
const SHORTEST = 4;
const SHORTEST_IN_BOX = 2;
/** In letters' heights: thicker ones are bars and pictures. */
const THICKEST = 0.6;
/** The scanner blurs a rule's edge by so many pixels. */
const FRINGE = 2;

/**
 * A walk over an image: how far its index moves along a line and across it, and how many pixels there are of
 * each.
 */
type Walk = { along: number; across: number; length: number; breadth: number };

/** 1 where a rule is, row by row. */
export type Rules = { data: Uint8Array; width: number; height: number };

/**
 * Takes out the straight lines of forms and tables, level and upright, and leaves the letters that cross
 * them. `letterHeight` in pixels.
 */
export function removeRulingLines(
  image: GreyImage,
  letterHeight: number,
): { image: GreyImage; rules: Rules } {
  const { width, height } = image;
  const ink = inkMap(image).data;
  const level = { along: 1, across: width, length: width, breadth: height };
  const upright = { along: width, across: 1, length: height, breadth: width };
  const long = { shortest: letterHeight * SHORTEST, thickest: letterHeight * THICKEST };
  const levelRules = thinRuns(ink, level, long);
  const uprightRules = thinRuns(ink, upright, long);
  const inBox = thinRuns(ink, upright, { ...long, shortest: letterHeight * SHORTEST_IN_BOX }, levelRules);
  const rules = levelRules.map((isRule, index) => isRule | (uprightRules[index] ?? 0) | (inBox[index] ?? 0));
  const data = Buffer.from(image.data);
  paint(data, ink, rules, levelRules, level);
  paint(data, ink, rules, uprightRules, upright);
  paint(data, ink, rules, inBox, upright);
  return { image: { ...image, data }, rules: { data: rules, width, height } };
}

/**
 * Runs of ink that are long and, taken together with those beside them, thin; with `ending`, only those that
 * end at one of these.
 */
function thinRuns(
  ink: Uint8Array,
  { along, across, length, breadth }: Walk,
  { shortest, thickest }: { shortest: number; thickest: number },
  ending?: Uint8Array,
): Uint8Array {
  const endsAtOne = (offset: number, start: number, last: number) =>
    ending === undefined || [start, last].some((end) => near(end, (at) => ending[offset + at * along] === 1));
  const long = new Uint8Array(ink.length);
  for (let row = 0; row < breadth; row++) {
    let start = 0;
    for (let at = 0; at <= length; at++) {
      if (at < length && ink[row * across + at * along] === 1) continue;
      if (at - start >= shortest && endsAtOne(row * across, start, at - 1)) {
        for (let each = start; each < at; each++) long[row * across + each * along] = 1;
      }
      start = at + 1;
    }
  }
  for (let at = 0; at < length; at++) {
    for (let row = 0; row < breadth; row++) {
      const start = row;
      while (row < breadth && long[row * across + at * along] === 1) row += 1;
      if (row - start <= thickest) continue;
      for (let each = start; each < row; each++) long[each * across + at * along] = 0;
    }
  }
  return long;
}

function near(position: number, test: (position: number) => boolean): boolean {
  for (let at = position - FRINGE; at <= position + FRINGE; at++) if (test(at)) return true;
  return false;
}

/** White across a rule from one fringe to the other, unless a letter's ink goes on beyond it. */
function paint(
  data: Buffer,
  ink: Uint8Array,
  rules: Uint8Array,
  wanted: Uint8Array,
  { along, across, length, breadth }: Walk,
): void {
  for (let at = 0; at < length; at++) {
    for (let row = 0; row < breadth; row++) {
      const start = row;
      while (row < breadth && wanted[row * across + at * along] === 1) row += 1;
      if (row === start) continue;
      const isLetter = (beyond: number) => {
        const index = beyond * across + at * along;
        return beyond >= 0 && beyond < breadth && ink[index] === 1 && rules[index] === 0;
      };
      if (isLetter(start - FRINGE - 1) || isLetter(row + FRINGE)) continue;
      for (let each = Math.max(0, start - FRINGE); each < Math.min(breadth, row + FRINGE); each++) {
        data[each * across + at * along] = WHITE;
      }
    }
  }
}
