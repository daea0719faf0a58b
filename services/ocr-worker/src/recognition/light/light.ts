import type { GreyImage } from "../grey-image.ts";
import { fromSharp, toSharp, WHITE } from "../preparation/picture.ts";
import { filled, printedSquares } from "./dark-areas.ts";
import { squaresOf } from "./squares.ts";

/** Letters cover less than the remaining share of a square, so this quantile of its levels is the paper. */
const PAPER_QUANTILE = 0.8;
/**
 * The share of squares that may be darker than the threshold in even light, such as a stamp or the scanner's
 * lid at an edge.
 */
const MOST_DARK = 0.06;
const MOST_INK = 0.6;

/**
 * `inverted`: white letters on a black page. `uneven`: no single threshold separates ink from paper on the
 * whole page.
 */
export type Light = "even" | "uneven" | "inverted";

/** Accepts a page or a reduced picture of it. */
export function lightOf(image: GreyImage): Light {
  const levelCounts = histogram(image.data);
  const threshold = otsuThreshold(levelCounts, image.data.length);
  const dark = levelCounts.slice(0, threshold + 1).reduce((sum, count) => sum + count, 0);
  if (dark > image.data.length * MOST_INK) return "inverted";
  const { levels } = squaresOf(image, PAPER_QUANTILE);
  const printed = printedSquares(image, threshold);
  const shaded = levels.filter((level, square) => level <= threshold && printed[square] === 0);
  return shaded.length > levels.length * MOST_DARK ? "uneven" : "even";
}

export function invert(image: GreyImage): GreyImage {
  const data = Buffer.alloc(image.data.length);
  // This is an indexed loop because a page has millions of pixels.
  for (let at = 0; at < data.length; at++) data[at] = WHITE - (image.data[at] ?? 0);
  return { ...image, data };
}

/**
 * Makes the paper white everywhere. Areas that are printed dark stay as dark as they are on evenly lit paper.
 */
export async function flatten(image: GreyImage): Promise<GreyImage> {
  const { width, height } = image;
  const papers = squaresOf(image, PAPER_QUANTILE);
  const threshold = otsuThreshold(histogram(image.data), image.data.length);
  const data = Buffer.from(filled(papers, printedSquares(image, threshold)));
  const squares = { data, width: papers.columns, height: papers.rows, dpi: undefined };
  const paper = toSharp(squares).median(3).resize({ width, height, fit: "fill", kernel: "linear" });
  const { data: around } = await fromSharp(paper, image.dpi);
  const flat = Buffer.alloc(image.data.length);
  for (let index = 0; index < flat.length; index++) {
    const level = ((image.data[index] ?? 0) * WHITE) / Math.max(1, around[index] ?? WHITE);
    flat[index] = Math.min(WHITE, level);
  }
  return { ...image, data: flat };
}

function histogram(data: Uint8Array): Uint32Array {
  const levels = new Uint32Array(256);
  for (const level of data) levels[level] = (levels[level] ?? 0) + 1;
  return levels;
}

/**
 * The level that separates dark from bright with the greatest variance between them (Otsu 1979), as in
 * tesseract.
 */
function otsuThreshold(levels: Uint32Array, pixels: number): number {
  const total = levels.reduce((sum, count, level) => sum + count * level, 0);
  let best = { level: 127, variance: 0 };
  let below = 0;
  let sumBelow = 0;
  for (let level = 0; level < WHITE; level++) {
    below += levels[level] ?? 0;
    sumBelow += (levels[level] ?? 0) * level;
    if (below === 0 || below === pixels) continue;
    const difference = sumBelow / below - (total - sumBelow) / (pixels - below);
    const variance = below * (pixels - below) * difference ** 2;
    if (variance > best.variance) best = { level, variance };
  }
  return best.level;
}
