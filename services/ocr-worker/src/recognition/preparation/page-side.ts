import type { Size } from "./picture.ts";

/**
 * The longer side of a page in pixels, used to decide what is large on it. A long strip, such as a receipt,
 * counts as a page of the same area with sides of 2 to 1.
 */
export function pageSide({ width, height }: Size): number {
  return Math.min(Math.max(width, height), Math.sqrt(2 * width * height));
}
