import type { PageWarning } from "@orbital-witness/common/results/page-result.ts";

const startOfScan = 0xda;
const jfif = 0xe0;
const endOfImage = Buffer.from([0xff, 0xd9]);
/** Frames that are decoded in one pass: baseline and extended sequential (ITU T.81, table B.1). */
const sequential: ReadonlySet<number> = new Set([0xc0, 0xc1]);

/** `warnings`: what was not strictly right. The pixels are all there. */
export type RepairedJpeg = { bytes: Buffer; warnings: PageWarning[] };

/**
 * Sets right what some scanners write wrongly around the pixels: no end-of-image marker, an unknown JFIF
 * revision, and scan parameters that a sequential JPEG does not have. Damaged pixels stay damaged: a decoder
 * still warns about them.
 */
export function repairJpeg(original: Buffer): RepairedJpeg {
  const segments = [...segmentsOf(original)];
  const frame = segments.find(({ marker }) => sequential.has(marker));
  const warnings: PageWarning[] = [];
  let bytes = original;
  const write = (at: number, ...values: number[]) => {
    if (values.every((value, index) => bytes[at + index] === value)) return;
    if (bytes === original) bytes = Buffer.from(original);
    bytes.set(values, at);
    if (!warnings.includes("jpeg_header_unusual")) warnings.push("jpeg_header_unusual");
  };
  for (const { marker, at, length } of segments) {
    const isJfif = marker === jfif && bytes.toString("latin1", at + 4, at + 9) === "JFIF\0";
    if (isJfif && bytes[at + 9] !== 1) write(at + 9, 1, 2);
    // The first and last coefficient of all 64, with all of their bits.
    if (marker === startOfScan && frame !== undefined) write(at + 2 + length - 3, 0, 63, 0);
  }
  // The missing scans of a progressive JPEG would not be noticed.
  if (frame !== undefined && segments.at(-1)?.marker === startOfScan && !hasEnd(bytes)) {
    bytes = Buffer.concat([bytes, endOfImage]);
    warnings.push("jpeg_end_missing");
  }
  return { bytes, warnings };
}

function hasEnd(bytes: Buffer): boolean {
  return (
    bytes.lastIndexOf(endOfImage) >= 0 &&
    bytes.lastIndexOf(endOfImage) > bytes.lastIndexOf(Buffer.from([0xff, startOfScan]))
  );
}

/** The segments up to the first scan, each with the place of its marker and the length that follows it. */
function* segmentsOf(bytes: Buffer): Generator<{ marker: number; at: number; length: number }> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0x00 || marker === 0xff) {
      at += 1;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return;
    yield { marker, at, length };
    if (marker === startOfScan) return;
    at += 2 + length;
  }
}
