import type { Size } from "./picture.ts";

/**
 * The longer side of a page, in pixels, as a measure of what is large on it. On a long strip, such as a
 * receipt, it is that of a page of the same area whose sides are 2 to 1.
 */
export function pageSide({ width, height }: Size): number {
  return Math.min(Math.max(width, height), Math.sqrt(2 * width * height));
}
