import { OrderFailure } from "./failure.ts";

/** The limits on a document's size and reading time. Each is a setting of the stack. Sizes are in bytes. */
export type DocumentLimits = {
  /** The document as the source sends it. */
  bytes: number;
  /** The document after the decompression of a compressed response. */
  decompressedBytes: number;
  pages: number;
  /** The size of a page, checked before anything of it is decoded. */
  pixels: number;
  /** The time for one page, from its decoding to its words, without pauses of the worker's container. */
  pageSeconds: number;
};

const mebibyte = 1024 * 1024;
const megapixel = 1_000_000;

export const defaultLimits: DocumentLimits = {
  bytes: 64 * mebibyte,
  decompressedBytes: 256 * mebibyte,
  pages: 500,
  pixels: 50 * megapixel,
  pageSeconds: 45,
};

export function documentTooLarge({ bytes }: DocumentLimits): OrderFailure {
  return new OrderFailure("document_too_large", {
    message: `The document is larger than ${round(bytes / mebibyte)} MiB.`,
  });
}

export function documentInflates({ decompressedBytes }: DocumentLimits): OrderFailure {
  return new OrderFailure("document_inflates", {
    message: `The document is larger than ${round(decompressedBytes / mebibyte)} MiB once decompressed.`,
  });
}

/** Throws OrderFailure for a document of no pages or of too many. */
export function checkPages(pages: number, limits: DocumentLimits): void {
  if (pages === 0) throw new OrderFailure("no_pages");
  if (pages <= limits.pages) return;
  throw new OrderFailure("too_many_pages", {
    message: `The document has ${pages} pages; at most ${limits.pages} are read.`,
  });
}

/**
 * Throws OrderFailure for an image of too many pixels. An image without a valid size is reported as damaged.
 */
export function checkPixels(width: number, height: number, limits: DocumentLimits): void {
  if (!(width >= 1 && height >= 1)) throw new OrderFailure("page_damaged");
  if (width * height <= limits.pixels) return;
  const [found, most] = [width * height, limits.pixels].map((pixels) => round(pixels / megapixel));
  throw new OrderFailure("page_too_large", {
    message:
      `The page has ${width} x ${height} pixels (${found} megapixels); ` +
      `at most ${most} megapixels are read.`,
  });
}

export function pageTooSlow({ pageSeconds }: DocumentLimits): OrderFailure {
  return new OrderFailure("page_too_slow", {
    message: `Reading the page took longer than ${pageSeconds} seconds.`,
  });
}

/** Rounds, but keeps at least three digits, for messages to the customer. */
function round(number: number): number {
  return number >= 100 ? Math.ceil(number) : Math.ceil(number * 100) / 100;
}
