import type { Image } from "./image-stream.ts";
import type { Pdfium } from "./pdfium.ts";
import type { Pointer } from "./pdfium-calls.ts";

/** In dots per inch. Finer images are drawn at a high resolution anyway, so their masks do not matter. */
const fineDpi = 250;
/** The outer pixels to ignore, which are blended with the surroundings of the image. */
const edge = 3;
/** Smaller images, in square inches, are ignored. */
const leastArea = 10;

/**
 * Whether a coarse image has a mask, as on pages whose letters are a mask over a coarse background. PDFium
 * does not report a mask's size, which is usually finer than the image's.
 */
export function hasFineMask(
  pdfium: Pdfium,
  document: Pointer,
  page: Pointer,
  images: readonly Image[],
): boolean {
  return images.some(({ object, width, height, area }) => {
    if (area < leastArea || (width * height) / area >= fineDpi ** 2) return false;
    const { module } = pdfium;
    const bitmap = module._FPDFImageObj_GetRenderedBitmap(document, page, object);
    if (bitmap === 0) return false;
    try {
      return hasTransparency(pdfium, bitmap);
    } finally {
      module._FPDFBitmap_Destroy(bitmap);
    }
  });
}

/** Whether any pixel, of four bytes, is transparent. */
function hasTransparency({ module }: Pdfium, bitmap: Pointer): boolean {
  const [width, height] = [module._FPDFBitmap_GetWidth(bitmap), module._FPDFBitmap_GetHeight(bitmap)];
  const stride = module._FPDFBitmap_GetStride(bitmap);
  if (stride < width * 4) return false;
  const pixels = module._FPDFBitmap_GetBuffer(bitmap);
  for (let y = edge; y < height - edge; y++) {
    for (let x = edge; x < width - edge; x++) {
      if ((module.HEAPU8[pixels + y * stride + x * 4 + 3] ?? 255) < 255) return true;
    }
  }
  return false;
}
