import type { Pdfium } from "../../documents/pdf/pdfium.ts";
import { bitmapFormats, drawGrey, type Pointer } from "../../documents/pdf/pdfium-calls.ts";

const longestSide = 1200;
const white = 0xffffffff;
/** A smaller difference, in levels of grey, is invisible. */
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
  if (before.length !== after.length) return Math.max(before.length, after.length);
  let count = 0;
  for (const [at, level] of before.entries())
    if (Math.abs(level - (after[at] ?? 0)) >= visibleDifference) count++;
  return count;
}

function draw(pdfium: Pdfium, page: Pointer): Buffer {
  const { module } = pdfium;
  const [width, height] = [module._FPDF_GetPageWidthF(page), module._FPDF_GetPageHeightF(page)];
  const scale = longestSide / Math.max(width, height);
  const size = [width, height].map((points) => Math.max(1, Math.round(points * scale)));
  const [columns = 1, rows = 1] = size;
  const pixels = pdfium.allocate(columns * rows);
  const bitmap = module._FPDFBitmap_CreateEx(columns, rows, bitmapFormats.grey, pixels, columns);
  if (bitmap === 0) throw new Error("PDFium cannot draw the page");
  module._FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, white);
  module._FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, drawGrey);
  const data = Buffer.from(module.HEAPU8.subarray(pixels, pixels + columns * rows));
  module._FPDFBitmap_Destroy(bitmap);
  pdfium.free(pixels);
  return data;
}
