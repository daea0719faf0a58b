import { z } from "zod";

/**
 * Left, top, right, bottom in pixels of the page's image as it was read. The right and bottom pixels are just
 * outside the box.
 */
export const boxSchema = z.tuple([z.int(), z.int(), z.int(), z.int()]);
export type Box = z.output<typeof boxSchema>;

/** The confidence of the recognition: 0 (a guess) to 100 (certain). */
export const confidenceSchema = z.number().min(0).max(100);

/** The smallest box around others. */
export function around(boxes: readonly Box[]): Box {
  const edges = (index: 0 | 1 | 2 | 3) => boxes.map((box) => box[index]);
  return [Math.min(...edges(0)), Math.min(...edges(1)), Math.max(...edges(2)), Math.max(...edges(3))];
}

export function middleX([left, , right]: Box): number {
  return (left + right) / 2;
}

export function middleY([, top, , bottom]: Box): number {
  return (top + bottom) / 2;
}

export function heightOf([, top, , bottom]: Box): number {
  return bottom - top;
}

export function areaOf([left, top, right, bottom]: Box): number {
  return (right - left) * (bottom - top);
}

/** Whether the middle of a box is in another one. */
export function contains([left, top, right, bottom]: Box, inner: Box): boolean {
  const [x, y] = [middleX(inner), middleY(inner)];
  return x >= left && x < right && y >= top && y < bottom;
}
