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
/** PDFium's number of the colour space whose number of colours is unknown. */
const deviceN = 9;

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

/** `jpegs` must be checked with their own library. `hasExtra`: bytes follow the pixels of an image. */
export type CheckedImages = { jpegs: Buffer[]; hasExtra: boolean };

/**
 * Throws OrderFailure for an image with missing pixels, because PDFium would draw the rest without an error.
 */
export function checkImages(pdfium: Pdfium, page: Pointer, images: readonly Image[]): CheckedImages {
  const { module } = pdfium;
  const checked: CheckedImages = { jpegs: [], hasExtra: false };
  for (const { object, width, height, area } of images) {
    if (area < ornamentArea) continue;
    const metadata = pdfium.ints(7, (at) => module._FPDFImageObj_GetImageMetadata(object, page, at));
    const [, , , , bits = 0, colourSpace] = metadata ?? [];
    const filter = lastFilter(pdfium, object);
    // For other filters PDFium only reports whether it can decode anything.
    if (bits === 0) throw new OrderFailure("page_damaged");
    if (filter === "DCTDecode") checked.jpegs.push(streamOf(pdfium, object));
    if (!rawFilters.has(filter)) continue;
    const length = streamLength(pdfium, object);
    const { isWhole, hasExtra } = extentOf(length, { width, height }, bits, colourSpace === deviceN);
    if (!isWhole) throw new OrderFailure("page_damaged");
    checked.hasExtra ||= hasExtra;
  }
  return checked;
}

function streamLength(pdfium: Pdfium, image: Pointer): number {
  return pdfium.module._FPDFImageObj_GetImageDataDecoded(image, 0, 0);
}

/**
 * Whether `length` bytes are a complete image of this size, and more than that. PDFium does not report the
 * document's bits and colours, but only the bits per pixel that it draws with, which may be more.
 */
function extentOf(length: number, { width, height }: Size, bits: number, hasAnyColours: boolean) {
  const bytes = (bitsPerPixel: number) => Math.ceil((width * bitsPerPixel) / 8) * height;
  const possible = [1, 2, 4, 8, 16].flatMap((depth) => [1, 3, 4].map((colours) => bytes(depth * colours)));
  const isExact = possible.includes(length);
  const isClose = possible.some(
    (whole) => length >= whole && length - whole <= Math.max(16, whole * mostExtra),
  );
  return {
    isWhole: isClose || length >= bytes(bits),
    hasExtra: !isExact && (isClose || !hasAnyColours),
  };
}
