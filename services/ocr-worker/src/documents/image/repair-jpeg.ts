import type { PageWarning } from "@orbital-witness/common/results/page-result.ts";

const startOfScan = 0xda;
const jfif = 0xe0;
const endOfImage = Buffer.from([0xff, 0xd9]);
/** Frames that are decoded in one pass: baseline and extended sequential (ITU T.81, table B.1). */
const sequential: ReadonlySet<number> = new Set([0xc0, 0xc1]);

/** `warnings`: the errors found in the file. All pixels are present. */
export type RepairedJpeg = { bytes: Buffer; warnings: PageWarning[] };

/**
 * Repairs what some scanners write incorrectly around the pixels: a missing end-of-image marker, an unknown
 * JFIF revision, and scan parameters that a sequential JPEG cannot have. Damaged pixels stay damaged, and a
 * decoder still warns about them.
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
    // The first and last of all 64 coefficients, with all of their bits.
    if (marker === startOfScan && frame !== undefined) write(at + 2 + length - 3, 0, 63, 0);
  }
  // In a progressive JPEG, nobody would notice that scans are missing.
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

/** The segments up to the first scan, each with the position of its marker and its length. */
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
