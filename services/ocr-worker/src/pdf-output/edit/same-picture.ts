import { PageDrawing } from "../../documents/pdf/page-drawing.ts";
import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import type { Pointer } from "../../documents/pdf/pdfium-calls.ts";

const longestSide = 1200;
const bytesPerPixel = 4;
/** A smaller difference, in levels of a colour, is invisible. */
const visibleDifference = 32;

/**
 * Counts the pixels that differ between two pages of the same size. `without`: objects of the first page that
 * are not drawn.
 */
export function differingPixels(
  pdfium: Pdfium,
  one: Pointer,
  other: Pointer,
  without: readonly Pointer[],
): number {
  const [before, after] = [draw(pdfium, one, without), draw(pdfium, other, [])];
  if (before.length !== after.length) return Math.max(before.length, after.length) / bytesPerPixel;
  let count = 0;
  for (let at = 0; at < before.length; at += bytesPerPixel) {
    if (isDifferent(before, after, at)) count++;
  }
  return count;
}

/** Whether the pixel at this place differs in one of its three colours. */
function isDifferent(before: Buffer, after: Buffer, at: number): boolean {
  for (let channel = at; channel < at + 3; channel++) {
    if (Math.abs((before[channel] ?? 0) - (after[channel] ?? 0)) >= visibleDifference) return true;
  }
  return false;
}

/**
 * Draws a page in colours. On a grey bitmap PDFium rounds the distances between the letters of a string to
 * whole pixels, from its end to its start. Letters before cut ones would then move by a pixel.
 */
function draw(pdfium: Pdfium, page: Pointer, without: readonly Pointer[]): Buffer {
  const { module } = pdfium;
  const [width, height] = [module._FPDF_GetPageWidthF(page), module._FPDF_GetPageHeightF(page)];
  const scale = longestSide / Math.max(width, height);
  const pixels = (points: number) => Math.max(1, Math.round(points * scale));
  const size = { width: pixels(width), height: pixels(height) };
  return new PageDrawing(pdfium, page, size).colours([0, 0, size.width, size.height], without);
}
