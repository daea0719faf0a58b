import { imageSize } from "image-size";
import { OrderFailure } from "./failure.ts";

/** `extensions` are what the source is asked for; what a document is, its first bytes decide. */
export type Format = { name: string; extensions: readonly string[]; signature: readonly number[] };

/** The place for another format: a line here, and in `recognizer.ts` what makes pages of it. */
export const formats: readonly Format[] = [
  { name: "PNG", extensions: ["png"], signature: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { name: "JPEG", extensions: ["jpg", "jpeg"], signature: [0xff, 0xd8, 0xff] },
];

/** In the order in which the source is asked. */
export const extensions: readonly string[] = formats.flatMap((format) => format.extensions);

const maxPixels = 50_000_000;

/**
 * Fails an order whose document cannot be read, or should not be tried: the size is taken from the image's header,
 * before anything is decoded, because a header of a few bytes can claim gigabytes.
 */
export function checkDocument(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new OrderFailure("document_empty");
  const known = formats.some(({ signature }) => signature.every((byte, index) => bytes[index] === byte));
  if (!known) throw new OrderFailure("unsupported_format");
  const { width, height } = headerSize(bytes);
  if (!(width > 0 && height > 0)) throw new OrderFailure("document_damaged");
  if (width * height > maxPixels) throw new OrderFailure("page_too_large");
}

function headerSize(bytes: Uint8Array): { width: number; height: number } {
  try {
    return imageSize(bytes);
  } catch (cause) {
    throw new OrderFailure("document_damaged", { cause });
  }
}
