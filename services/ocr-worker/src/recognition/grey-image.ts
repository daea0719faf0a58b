/**
 * 8-bit grey, row by row without padding. 0 is black. `dpi` is undefined if the document has no credible
 * resolution.
 */
export type GreyImage = { data: Buffer; width: number; height: number; dpi: number | undefined };
