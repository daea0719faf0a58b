import type { GreyImage } from "../grey-image.ts";
import { type InkMap, inkMap } from "../preparation/ink-map.ts";
import { WHITE } from "../preparation/picture.ts";

/**
 * In letter heights. Shorter lines are strokes of letters and dashes, unless they end at another rule, as the
 * sides of a box for one digit do.
 */
const SHORTEST = 4;
const SHORTEST_IN_BOX = 2;
/** In letter heights. Thicker lines are bars and pictures. */
const THICKEST = 0.6;
/** The number of pixels by which a scanner blurs a rule's edge. */
const FRINGE = 2;

/**
 * How to walk over an image: the steps of the index along a line and across it, and the number of pixels in
 * each direction.
 */
type Walk = { along: number; across: number; length: number; breadth: number };

/** 1 for each pixel of a rule, row by row. */
export type Rules = { data: Uint8Array; width: number; height: number };

/**
 * Removes the horizontal and vertical lines of forms and tables, and keeps the letters that cross them.
 * `letterHeight` is in pixels. `ink`: of the image with its rules.
 */
export function removeRulingLines(
  image: GreyImage,
  letterHeight: number,
): { image: GreyImage; rules: Rules; ink: InkMap } {
  const { width, height } = image;
  const inked = inkMap(image);
  const ink = inked.data;
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
  return { image: { ...image, data }, rules: { data: rules, width, height }, ink: inked };
}

/**
 * Finds runs of ink that are long and, together with adjacent runs, thin. With `ending`, only those that end
 * at one of its rules count.
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

/** Paints across a rule in white, including both fringes, unless the ink of a letter continues beyond it. */
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
