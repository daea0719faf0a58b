import sharp from "sharp";
import type { Picture } from "./scan.ts";

/** Encodes a PNG with sixteen evenly spaced greys, as scanners save text. `picture` must be grey. */
export async function encodePng({ data, width, height, channels }: Picture, dpi: number): Promise<Buffer> {
  const step = 255 / 15;
  const shades = data.map((level) => Math.round(Math.round(level / step) * step));
  return sharp(shades, { raw: { width, height, channels } })
    .withDensity(dpi)
    .png({ palette: true, colours: 16, dither: 0, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

/**
 * Encodes a baseline JPEG with its resolution in a JFIF header. sharp would write it to EXIF, which Tesseract
 * does not read.
 */
export async function encodeJpeg(picture: Picture, dpi: number, quality: number): Promise<Buffer> {
  const { data, width, height, channels } = picture;
  const jpeg = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer();
  const startOfImage = 2;
  return Buffer.concat([jpeg.subarray(0, startOfImage), jfifHeader(dpi), jpeg.subarray(startOfImage)]);
}

/** Segment APP0 of JFIF 1.1: marker, length, name, version, unit, two resolutions, no thumbnail. */
function jfifHeader(dpi: number): Buffer {
  const dotsPerInch = 1;
  const segment = Buffer.from([
    0xff,
    0xe0,
    0,
    16,
    0x4a,
    0x46,
    0x49,
    0x46,
    0,
    1,
    1,
    dotsPerInch,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  segment.writeUInt16BE(dpi, 12);
  segment.writeUInt16BE(dpi, 14);
  return segment;
}
