import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import { bitmapFormats, type Pointer } from "../../documents/pdf/pdfium-calls.ts";

const longestSide = 1200;
const white = 0xffffffff;
const bytesPerPixel = 4;
const channels = [0, 1, 2];
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
  const { module } = pdfium;
  for (const object of without) module._FPDFPageObj_SetIsActive(object, 0);
  const [before, after] = [draw(pdfium, one), draw(pdfium, other)];
  for (const object of without) module._FPDFPageObj_SetIsActive(object, 1);
  if (before.length !== after.length) return Math.max(before.length, after.length) / bytesPerPixel;
  let count = 0;
  for (let at = 0; at < before.length; at += bytesPerPixel) {
    if (channels.some((channel) => isDifferent(before[at + channel] ?? 0, after[at + channel] ?? 0))) count++;
  }
  return count;
}

function isDifferent(one: number, other: number): boolean {
  return Math.abs(one - other) >= visibleDifference;
}

/**
 * Draws a page in colours. On a grey bitmap PDFium rounds the distances between the letters of a string to
 * whole pixels, from its end to its start. Letters before cut ones would then move by a pixel.
 */
function draw(pdfium: Pdfium, page: Pointer): Buffer {
  const { module } = pdfium;
  const [width, height] = [module._FPDF_GetPageWidthF(page), module._FPDF_GetPageHeightF(page)];
  const scale = longestSide / Math.max(width, height);
  const size = [width, height].map((points) => Math.max(1, Math.round(points * scale)));
  const [columns = 1, rows = 1] = size;
  const stride = columns * bytesPerPixel;
  const pixels = pdfium.allocate(stride * rows);
  const bitmap = module._FPDFBitmap_CreateEx(columns, rows, bitmapFormats.bgrx, pixels, stride);
  if (bitmap === 0) throw new Error("PDFium cannot draw the page");
  module._FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, white);
  module._FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, 0);
  const data = Buffer.from(module.HEAPU8.subarray(pixels, pixels + stride * rows));
  module._FPDFBitmap_Destroy(bitmap);
  pdfium.free(pixels);
  return data;
}
