import type { GreyImage } from "../grey-image.ts";
import { WHITE } from "../preparation/picture.ts";
import { neighboursOf, type Squares, squaresOf } from "./squares.ts";

/** Letters cover less than half of a square, so the median is the level of their background. */
const GROUND_QUANTILE = 0.5;
/**
 * Limits for the difference between adjacent squares in a shadow, as a share and in levels. An area that is
 * printed dark has a sharper edge.
 */
const GRADUAL_SHARE = 0.3;
const GRADUAL_STEP = 8;
/**
 * A dark mark is darker than its background by this share, and by this many levels. A bright mark is nearer
 * to white than to its background.
 */
const DARK_SHARE = 0.4;
const DARK_STEP = 24;

/**
 * Returns 1 for each square that is printed dark, as a background of white letters. Returns 0 for bright
 * paper, and for paper in a shadow, which has dark letters on it. `threshold`: dark backgrounds are not
 * brighter.
 */
export function printedSquares(image: GreyImage, threshold: number): Uint8Array {
  const grounds = squaresOf(image, GROUND_QUANTILE);
  const printed = new Uint8Array(grounds.levels.length);
  for (const area of darkAreas(grounds, threshold)) {
    const inner = area.filter((square) =>
      neighboursOf(square, grounds).every((other) => area.includes(other)),
    );
    // Squares at the edge of an area also contain bright paper.
    if (!isPrinted(image, grounds, inner.length > 0 ? inner : area)) continue;
    for (const square of area) printed[square] = 1;
  }
  return printed;
}

/** Groups adjacent dark squares of similar brightness. */
function darkAreas(grounds: Squares, threshold: number): number[][] {
  const { levels } = grounds;
  const seen = new Uint8Array(levels.length);
  const areas: number[][] = [];
  const isDark = (square: number) => (levels[square] ?? WHITE) <= threshold;
  for (let start = 0; start < levels.length; start++) {
    if (seen[start] === 1 || !isDark(start)) continue;
    seen[start] = 1;
    const area = [start];
    for (const square of area) {
      const level = levels[square] ?? 0;
      for (const next of neighboursOf(square, grounds)) {
        const other = levels[next] ?? WHITE;
        const isGradual = Math.abs(level - other) <= Math.max(level, other) * GRADUAL_SHARE + GRADUAL_STEP;
        if (seen[next] === 1 || !isDark(next) || !isGradual) continue;
        seen[next] = 1;
        area.push(next);
      }
    }
    areas.push(area);
  }
  return areas;
}

function isPrinted(
  { data, width, height }: GreyImage,
  { levels, columns, side }: Squares,
  squares: readonly number[],
): boolean {
  let darker = 0;
  let brighter = 0;
  for (const square of squares) {
    const ground = levels[square] ?? WHITE;
    const darkest = Math.min(ground * (1 - DARK_SHARE), ground - DARK_STEP);
    const row = Math.floor(square / columns);
    const left = (square - row * columns) * side;
    for (let y = row * side; y < Math.min(height, (row + 1) * side); y++) {
      for (let x = left; x < Math.min(width, left + side); x++) {
        const level = data[y * width + x] ?? 0;
        if (level < darkest) darker += 1;
        else if (level > (ground + WHITE) / 2) brighter += 1;
      }
    }
  }
  return darker < brighter;
}

/**
 * Returns the levels. Each of the `missing` squares gets its level from adjacent squares, or white if no
 * square has one.
 */
export function filled(squares: Squares, missing: Uint8Array): Uint8Array {
  const levels = Uint8Array.from(squares.levels);
  let left = missing;
  while (left.includes(1)) {
    const known = left.map((is, square) => {
      if (is === 0) return 0;
      const around = neighboursOf(square, squares).filter((other) => left[other] === 0);
      if (around.length === 0) return 1;
      levels[square] = Math.max(...around.map((other) => levels[other] ?? 0));
      return 0;
    });
    if (known.every((is, square) => is === left[square])) return levels.fill(WHITE);
    left = known;
  }
  return levels;
}
