import type { ColourImage } from "../recognition/grey-image.ts";

/**
 * If the channels of all pixels differ by less, the picture is grey. Lossy compression can cause such
 * differences.
 */
const leastTint = 8;

/** Whether any pixel of an image of three bytes a pixel has a colour. */
export function hasColours({ data }: Pick<ColourImage, "data">): boolean {
  for (let at = 0; at + 2 < data.length; at += 3) {
    const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
    if (Math.abs(red - green) >= leastTint || Math.abs(green - blue) >= leastTint) return true;
  }
  return false;
}
