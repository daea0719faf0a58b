import type { GreyImage } from "../grey-image.ts";
import { pageSide } from "./page-side.ts";

/** 1 for each pixel of ink, row by row. */
export type InkMap = { data: Uint8Array; width: number; height: number };

/** Even faint print is darker than the mean around it by this share. Grain and shadows are not. */
const DARKER = 0.15;
/** The width of the surroundings, as a share of the page's width. */
const SURROUNDINGS = 1 / 16;

/** Marks pixels that are darker than their surroundings, so that uneven light does not matter. */
export function inkMap({ data, width, height }: GreyImage): InkMap {
  const sums = integral(data, width, height);
  const radius = Math.max(4, Math.round((Math.min(width, pageSide({ width, height })) * SURROUNDINGS) / 2));
  const ink = new Uint8Array(width * height);
  const stride = width + 1;
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - radius);
    const bottom = Math.min(height, y + radius + 1);
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - radius);
      const right = Math.min(width, x + radius + 1);
      const sum =
        (sums[bottom * stride + right] ?? 0) -
        (sums[top * stride + right] ?? 0) -
        (sums[bottom * stride + left] ?? 0) +
        (sums[top * stride + left] ?? 0);
      const mean = sum / ((bottom - top) * (right - left));
      if ((data[y * width + x] ?? 0) < mean * (1 - DARKER)) ink[y * width + x] = 1;
    }
  }
  return { data: ink, width, height };
}

/**
 * For each pixel, the sum of all levels above and to the left. A row and a column of zeros come first. A page
 * of 50 megapixels stays below 2^34.
 */
function integral(data: Uint8Array, width: number, height: number): Float64Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  return sums;
}

/** Connected pixels and the box around them. */
export type Component = { left: number; top: number; right: number; bottom: number; pixels: number[] };

/**
 * Returns the connected components, from the top. `diagonally`: pixels that touch at a corner are connected.
 */
export function componentsOf(
  { data, width, height }: InkMap,
  { diagonally } = { diagonally: true },
): Component[] {
  const seen = new Uint8Array(data.length);
  const pending: number[] = [];
  const found: Component[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== 1 || seen[start] === 1) continue;
    const y = Math.floor(start / width);
    const component = { left: width, top: y, right: 0, bottom: y, pixels: [] as number[] };
    seen[start] = 1;
    pending.push(start);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const row = Math.floor(at / width);
      const column = at - row * width;
      component.pixels.push(at);
      component.left = Math.min(component.left, column);
      component.right = Math.max(component.right, column + 1);
      component.top = Math.min(component.top, row);
      component.bottom = Math.max(component.bottom, row + 1);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (!diagonally && dx !== 0 && dy !== 0) continue;
          const next = at + dy * width + dx;
          const isInside = column + dx >= 0 && column + dx < width && row + dy >= 0 && row + dy < height;
          if (!isInside || data[next] !== 1 || seen[next] === 1) continue;
          seen[next] = 1;
          pending.push(next);
        }
      }
    }
    found.push(component);
  }
  return found;
}
