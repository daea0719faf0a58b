import { componentsOf, type InkMap } from "./ink-map.ts";
import { pageSide } from "./page-side.ts";

/**
 * In pixels, and as a share of the page's longer side. Smaller pieces of ink are grain; larger ones are
 * rules, frames and pictures.
 */
const SMALLEST_LETTER = 3;
const LARGEST_LETTER = 1 / 20;

/** The rules of a form or table form a large connected piece of ink that fills little of its box. */
const SMALLEST_FRAME = 1 / 6;
const MOST_FILLED = 0.2;

/**
 * The letters on a page. `height`: their median height in pixels, or 0 if there are none. `isRuled`: the page
 * has the lines of a form or a table.
 */
export type Letters = { letters: InkMap; height: number; isRuled: boolean };

/** Separates ink of the size of letters from rules, pictures and grain. */
export function lettersOf(ink: InkMap): Letters {
  const { width, height } = ink;
  const data = new Uint8Array(ink.data.length);
  const heights: number[] = [];
  let isRuled = false;
  const side = pageSide(ink);
  const largest = side * LARGEST_LETTER;
  for (const { left, top, right, bottom, pixels } of componentsOf(ink)) {
    const size = Math.max(right - left, bottom - top);
    const filled = pixels.length / ((right - left) * (bottom - top));
    if (size > side * SMALLEST_FRAME && filled < MOST_FILLED) isRuled = true;
    if (size < SMALLEST_LETTER || size > largest) continue;
    heights.push(bottom - top);
    for (const pixel of pixels) data[pixel] = 1;
  }
  const median = heights.sort((a, b) => a - b)[Math.floor(heights.length / 2)];
  return { letters: { data, width, height }, height: median ?? 0, isRuled };
}
