import type { Sharp } from "sharp";

/** Bytes before the first chunk of a file, before a chunk's data, and before the chunks of a frame. */
const [fileHeader, chunkHeader, frameHeader] = [12, 8, 16];

/**
 * Encodings of JPEG, for lossy images that a PDF cannot contain unchanged. From the best to the last one that
 * still looks like its source. Those of mozjpeg take three times as long.
 */
const encodings = [
  { quality: 90 },
  { quality: 80 },
  { quality: 80, mozjpeg: true },
  { quality: 75, mozjpeg: true },
] as const;

/** Whether the pixels of a WebP file, or of its first picture, were compressed with loss. */
export function isLossyWebp(bytes: Buffer): boolean {
  if (bytes.toString("latin1", 8, fileHeader) !== "WEBP") return false;
  for (let at = fileHeader; at + chunkHeader <= bytes.length; ) {
    const type = bytes.toString("latin1", at, at + 4);
    if (type === "VP8 ") return true;
    if (type === "VP8L") return false;
    const length = bytes.readUInt32LE(at + 4);
    at += chunkHeader + (type === "ANMF" ? frameHeader : length + (length % 2));
  }
  return false;
}

/** Returns the best JPEG of the picture that is not larger than `mostBytes`, or else the smallest. */
export async function toJpeg(picture: Sharp, mostBytes: number): Promise<Buffer> {
  let jpeg = Buffer.alloc(0);
  for (const encoding of encodings) {
    jpeg = await picture.clone().jpeg(encoding).toBuffer();
    if (jpeg.length <= mostBytes) break;
  }
  return jpeg;
}
