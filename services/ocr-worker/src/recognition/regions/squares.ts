import type { Box } from "@orbital-witness/common/results/page-result.ts";
import type { InkMap } from "../preparation/ink-map.ts";
import { type Stroke, shortStrokes } from "./short-strokes.ts";

/** The sides of a check box, in letter heights. */
const SMALLEST = 1.5;
const LARGEST = 5;
/** In pixels. A cross in a smaller box cannot be told from dust. */
const LEAST_PIXELS = 12;
/** How wide a check box is, in its heights. */
const NARROWEST = 0.75;
const WIDEST = 1.35;
/** The share of a side that has ink. */
const CLOSED = 0.85;
/** How far, in pixels, a drawn side may be from a straight line. */
const BEND = 2;
/** In pixels. Farther outside, there is no ink of the side any more. */
const BEYOND = 3;

/**
 * Finds squares of the size of check boxes. At least one of the upright sides must end at the corners: the
 * others may be part of longer rules.
 */
export function squaresIn(ink: InkMap, letterHeight: number, leastPixels = LEAST_PIXELS): Box[] {
  const longest = LARGEST * letterHeight;
  const shortest = Math.max(leastPixels, SMALLEST * letterHeight);
  const strokes = shortStrokes(ink, { shortest, longest, gap: BEND });
  const candidates = strokes.flatMap((stroke) => [squareAt(ink, stroke, 1), squareAt(ink, stroke, -1)]);
  const best = candidates
    .flatMap((square) => (square && hasCorners(ink, square) ? { square, ink: inkOfSides(ink, square) } : []))
    .sort((a, b) => b.ink - a.ink);
  const found: Box[] = [];
  for (const { square } of best) if (!found.some((other) => overlaps(other, square))) found.push(square);
  return found.filter((square) => !found.some((other) => other !== square && isBeside(square, other)));
}

/** The square that has the stroke as its left side (direction 1) or its right side (-1). */
function squareAt(ink: InkMap, { x, top, bottom }: Stroke, direction: 1 | -1): Box | undefined {
  const height = bottom - top;
  const reach = Math.min(levelReach(ink, x, top, direction), levelReach(ink, x, bottom - 1, direction));
  const most = Math.min(reach, Math.floor(height * WIDEST));
  let best: number | undefined;
  for (let width = Math.ceil(height * NARROWEST); width <= most; width++) {
    // Another rule may be beside the side: that of a square is nearer to it.
    if (best !== undefined && Math.abs(width - height) > Math.abs(best - height)) break;
    if (uprightShare(ink, x + direction * width, top, bottom) >= CLOSED) best = width;
  }
  if (best === undefined) return undefined;
  const other = x + direction * best;
  return direction === 1 ? [x, top, other + 1, bottom] : [other, top, x + 1, bottom];
}

/** How many pixels a level line runs from a point. */
function levelReach(ink: InkMap, x: number, y: number, direction: 1 | -1): number {
  let reach = 0;
  for (let at = 1; at - reach <= BEND + 1; at++) {
    if (hasInk(ink, x + direction * at, y - BEND, x + direction * at, y + BEND)) reach = at;
  }
  return reach;
}

/** The letters O and D have no corners, or more ink beyond them. */
function hasCorners(ink: InkMap, [left, top, right, bottom]: Box): boolean {
  const isCorner = (x: number, y: number) => hasInk(ink, x - 1, y - 1, x + 1, y + 1);
  if (![left, right - 1].every((x) => isCorner(x, top) && isCorner(x, bottom - 1))) return false;
  return [top - BEYOND, bottom - 1 + BEYOND].every((y) => {
    let covered = 0;
    for (let x = left; x < right; x++) if (hasInk(ink, x, y, x, y)) covered += 1;
    return covered < (right - left) / 2;
  });
}

/** The share of the sides that has ink. A rule beside a square is not its side: no other side reaches it. */
function inkOfSides(ink: InkMap, [left, top, right, bottom]: Box): number {
  let covered = 0;
  for (let x = left; x < right; x++) {
    for (const y of [top, bottom - 1]) if (hasInk(ink, x, y - 1, x, y + 1)) covered += 1;
  }
  for (let y = top; y < bottom; y++) {
    for (const x of [left, right - 1]) if (hasInk(ink, x, y, x, y)) covered += 1;
  }
  return covered / (2 * (right - left) + 2 * (bottom - top));
}

function uprightShare(ink: InkMap, x: number, top: number, bottom: number): number {
  let covered = 0;
  for (let y = top; y < bottom; y++) if (hasInk(ink, x - 1, y, x + 1, y)) covered += 1;
  return covered / (bottom - top);
}

/** Whether there is ink between two points, including both. */
function hasInk({ data, width, height }: InkMap, left: number, top: number, right: number, bottom: number) {
  for (let y = Math.max(0, top); y <= Math.min(height - 1, bottom); y++) {
    for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++) {
      if (data[y * width + x] === 1) return true;
    }
  }
  return false;
}

function overlaps(a: Box, b: Box): boolean {
  return overlap(a, b, 0, 2) > 0.5 * (a[2] - a[0]) && overlap(a, b, 1, 3) > 0.5 * (a[3] - a[1]);
}

/** Squares that share a side are the boxes of a number or the cells of a table. */
function isBeside(a: Box, b: Box): boolean {
  const size = a[3] - a[1];
  const [across, down] = [overlap(a, b, 0, 2), overlap(a, b, 1, 3)];
  return Math.max(across, down) > 0.7 * size && Math.min(across, down) > -0.2 * size;
}

/** Negative for boxes that are apart. */
function overlap(a: Box, b: Box, start: 0 | 1, end: 2 | 3): number {
  return Math.min(a[end], b[end]) - Math.max(a[start], b[start]);
}
