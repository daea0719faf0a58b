/**
 * 8-bit grey, row by row without padding. 0 is black. `dpi` is undefined if the document has no credible
 * resolution.
 */
export type GreyImage = Image & { channels?: 1 };

/** The same in sRGB, with a byte each for red, green and blue. */
export type ColourImage = Image & { channels: 3 };

type Image = { data: Buffer; width: number; height: number; dpi: number | undefined };
