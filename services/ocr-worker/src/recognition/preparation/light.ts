import type { GreyImage } from "../grey-image.ts";
import { fromSharp, toSharp, WHITE } from "./picture.ts";

/** The paper's brightness is taken in so many squares along the longer side. */
const SQUARES = 40;
/** In each it is the level that so many of its pixels stay below: letters cover less than the rest. */
const PAPER_QUANTILE = 0.8;
/** So many squares may be darker than the threshold: a picture, a stamp, the scanner's lid at an edge. */
const MOST_DARK = 0.06;
const MOST_INK = 0.6;

/** `inverted`: white letters on black. `uneven`: one threshold for the whole page would take paper for ink somewhere. */
export type Light = "even" | "uneven" | "inverted";

/** Of a page, or of a reduced picture of it. */
export function lightOf(image: GreyImage): Light {
  const levels = histogram(image.data);
  const threshold = otsuThreshold(levels, image.data.length);
  const dark = levels.subarray(0, threshold + 1).reduce((sum, count) => sum + count, 0);
  if (dark > image.data.length * MOST_INK) return "inverted";
  const { data: papers } = paperOf(image);
  const darkSquares = papers.filter((level) => level <= threshold).length;
  return darkSquares > papers.length * MOST_DARK ? "uneven" : "even";
}

export function invert(image: GreyImage): GreyImage {
  return { ...image, data: Buffer.from(image.data.map((level) => WHITE - level)) };
}

/** Makes the paper white everywhere: each pixel is taken in proportion to the paper's brightness around it. */
export async function flatten(image: GreyImage): Promise<GreyImage> {
  const { width, height } = image;
  const paper = toSharp(paperOf(image)).median(3).resize({ width, height, fit: "fill", kernel: "linear" });
  const { data: around } = await fromSharp(paper, image.dpi);
  const data = Buffer.alloc(image.data.length);
  for (let index = 0; index < data.length; index++) {
    const level = ((image.data[index] ?? 0) * WHITE) / Math.max(1, around[index] ?? WHITE);
    data[index] = Math.min(WHITE, level);
  }
  return { ...image, data };
}

function paperOf({ data, width, height }: GreyImage): GreyImage {
  const side = Math.ceil(Math.max(width, height) / SQUARES);
  const columns = Math.ceil(width / side);
  const rows = Math.ceil(height / side);
  const papers = Buffer.alloc(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const levels = new Uint32Array(256);
      let pixels = 0;
      for (let y = row * side; y < Math.min(height, (row + 1) * side); y++) {
        for (let x = column * side; x < Math.min(width, (column + 1) * side); x++) {
          const level = data[y * width + x] ?? 0;
          levels[level] = (levels[level] ?? 0) + 1;
          pixels += 1;
        }
      }
      papers[row * columns + column] = quantileLevel(levels, pixels * PAPER_QUANTILE);
    }
  }
  return { data: papers, width: columns, height: rows, dpi: undefined };
}

function histogram(data: Uint8Array): Uint32Array {
  const levels = new Uint32Array(256);
  for (const level of data) levels[level] = (levels[level] ?? 0) + 1;
  return levels;
}

function quantileLevel(levels: Uint32Array, wanted: number): number {
  let count = 0;
  return levels.findIndex((pixels) => {
    count += pixels;
    return count >= wanted;
  });
}

/** The level that parts dark from bright with the greatest variance between them (Otsu 1979), as tesseract does. */
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
