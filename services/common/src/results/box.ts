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
