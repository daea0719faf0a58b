import type { Word } from "@orbital-witness/common/results/page-result.ts";
import type { Rectangle } from "../page-drawing.ts";

/** How far text is turned clockwise on the drawn page, in degrees. */
export type Direction = 0 | NonNullable<Word["direction"]>;

const directions: readonly Direction[] = [0, 90, 180, 270];

/**
 * The direction nearest to an angle. `angle`: clockwise, in radians, in the page's own coordinates. `turns`:
 * how many quarter turns clockwise viewers turn the page.
 */
export function directionOf(angle: number, turns: number): Direction {
  const quarters = Math.round(angle / (Math.PI / 2)) + turns;
  return directions[((quarters % 4) + 4) % 4] ?? 0;
}

/**
 * The rectangle as it lies when text of this direction stands upright. Only such rectangles of the same
 * direction can be compared, because their origin differs from that of the page.
 */
export function upright([left, top, right, bottom]: Rectangle, direction: Direction): Rectangle {
  switch (direction) {
    case 90:
      return [top, -right, bottom, -left];
    case 180:
      return [-right, -bottom, -left, -top];
    case 270:
      return [-bottom, left, -top, right];
    default:
      return [left, top, right, bottom];
  }
}
