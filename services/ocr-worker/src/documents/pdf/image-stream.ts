import { OrderFailure } from "../../failure.ts";
import type { Pdfium } from "./pdfium.ts";
import type { Pointer } from "./pdfium-calls.ts";

export type Size = { width: number; height: number };

/** An image on a page: its size in pixels, and its area on the page in square inches. */
export type Image = Size & { object: Pointer; area: number };

/** Images with a smaller area, in square inches, are unlikely to contain text. */
const ornamentArea = 0.5;
/** Filters that decode to raw pixels. "" stands for no filter. */
const rawFilters: ReadonlySet<string> = new Set(["", "FlateDecode", "LZWDecode", "RunLengthDecode"]);
/**
 * The share of data that may follow the pixels: some writers add line ends, or rows that the page does not
 * show.
 */
const mostExtra = 0.02;

/** The image's last filter, such as DCTDecode. "" if it is not compressed. */
export function lastFilter(pdfium: Pdfium, image: Pointer): string {
  const { module } = pdfium;
  const last = module._FPDFImageObj_GetImageFilterCount(image) - 1;
  if (last < 0) return "";
  return pdfium.text((at, length) => module._FPDFImageObj_GetImageFilter(image, last, at, length));
}

/** The decoded stream of an image. For JPEG and other image formats this is the image file itself. */
export function streamOf(pdfium: Pdfium, image: Pointer): Buffer {
  const { module } = pdfium;
  const length = streamLength(pdfium, image);
  const bytes = pdfium.allocate(length);
  module._FPDFImageObj_GetImageDataDecoded(image, bytes, length);
  const decoded = Buffer.from(module.HEAPU8.subarray(bytes, bytes + length));
  pdfium.free(bytes);
  return decoded;
}

/**
 * Throws OrderFailure for an image with missing pixels, because PDFium would draw the rest without an error.
 * Returns the JPEGs, which their own library has to check.
 */
export function checkImages(pdfium: Pdfium, page: Pointer, images: readonly Image[]): Buffer[] {
  return images.flatMap(({ object, width, height, area }) => {
    if (area < ornamentArea) return [];
    const { module } = pdfium;
    const metadata = pdfium.ints(7, (at) => module._FPDFImageObj_GetImageMetadata(object, page, at));
    const bits = metadata?.[4] ?? 0;
    const filter = lastFilter(pdfium, object);
    // For other filters PDFium only reports whether it can decode anything.
    if (bits === 0) throw new OrderFailure("page_damaged");
    if (filter === "DCTDecode") return [streamOf(pdfium, object)];
    if (rawFilters.has(filter) && !isWhole(streamLength(pdfium, object), width, height, bits)) {
      throw new OrderFailure("page_damaged");
    }
    return [];
  });
}

function streamLength(pdfium: Pdfium, image: Pointer): number {
  return pdfium.module._FPDFImageObj_GetImageDataDecoded(image, 0, 0);
}

/**
 * Whether `length` bytes are a complete image of this size. PDFium does not report the document's bits and
 * colours, but only the bits per pixel that it draws with, which may be more.
 */
function isWhole(length: number, width: number, height: number, bits: number): boolean {
  const bytes = (bitsPerPixel: number) => Math.ceil((width * bitsPerPixel) / 8) * height;
  if (length >= bytes(bits)) return true;
  const possible = [1, 2, 4, 8, 16].flatMap((depth) => [1, 3, 4].map((colours) => bytes(depth * colours)));
  return possible.some((whole) => length >= whole && length - whole <= Math.max(16, whole * mostExtra));
}
