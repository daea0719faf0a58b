import type { PdfPage, PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import sharp, { type PngOptions, type Sharp } from "sharp";
import type { PageContent } from "../documents/document.ts";
import { readTiffPages } from "../documents/image/tiff.ts";
import { toSharp } from "../recognition/preparation/picture.ts";
import { embedPng, isEmbeddable } from "./embed-png.ts";

/**
 * `bytes`: the whole document. `page`: the number of the page, from 1. `content`: the page as it was read.
 */
export type PageSource = { format: string; bytes: Buffer; page: number; content: PageContent };

type Size = { width: number; height: number };
type Embedded = Pick<PdfPage, "contents" | "resources" | "streams">;

/** For lossy WebP, which PDF does not support. */
const jpegQuality = 90;

/**
 * Makes the image a PDF page of this size in points. The data of JPEG files, of most PNG files and of CCITT
 * Group 4 in one strip is embedded unchanged. Other images are compressed again without loss, except for
 * lossy WebP, which becomes JPEG.
 */
export async function embedImage(source: PageSource, size: Size): Promise<Embedded> {
  const { format, bytes, page, content } = source;
  switch (format) {
    case "JPEG":
      return drawn([await jpegStream(bytes)], size, await orientationOf(bytes));
    case "PNG":
      if (isEmbeddable(bytes)) return drawn([embedPng(bytes)], size, await orientationOf(bytes));
      return drawn([await pngStream(sharp(bytes).autoOrient())], size);
    case "WebP": {
      const isLossless = bytes.toString("latin1", 12, 16) === "VP8L";
      const picture = sharp(bytes).autoOrient().flatten({ background: "white" });
      if (isLossless) return drawn([await pngStream(picture)], size);
      return drawn([await jpegStream(await picture.jpeg({ quality: jpegQuality }).toBuffer())], size);
    }
    case "TIFF":
      return embedTiff(bytes, page, size);
    default:
      return drawn([await pngStream(toSharp((await content.colour?.()) ?? content.image))], size);
  }
}

async function embedTiff(bytes: Buffer, page: number, size: Size): Promise<Embedded> {
  const { index, fax } = readTiffPages(bytes)[page - 1] ?? { index: page - 1 };
  const [strip, ...others] = fax?.strips ?? [];
  // Strips are not embedded separately, because viewers blend their edges and damage letters that cross them.
  if (!fax || !strip || others.length > 0) {
    const picture = sharp(bytes, { page: index }).autoOrient();
    return drawn([await pngStream(picture, fax && { palette: true, colours: 2, dither: 0 })], size);
  }
  const parameters = `/K -1 /Columns ${fax.width} /Rows ${strip.rows} /BlackIs1 ${fax.isInverted}`;
  const entries = [
    `${imageEntries(fax.width, strip.rows)} /ColorSpace /DeviceGray /BitsPerComponent 1`,
    `/Filter /CCITTFaxDecode /DecodeParms << ${parameters} >>`,
  ];
  const content = fax.isReversed ? strip.data.map(reversedBits) : strip.data;
  return drawn([{ entries: entries.join(" "), content }], size, fax.orientation);
}

function reversedBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}

/** Draws the image over the whole page. */
function drawn(images: [PdfStream], { width, height }: Size, orientation = 1): Embedded {
  const [a, b, c, d, e, f] = orientations[orientation] ?? [1, 0, 0, 1, 0, 0];
  const onPage = [a * width, b * height, c * width, d * height, e * width, f * height];
  const operators = `q ${onPage.map(decimal).join(" ")} cm /Image0 Do Q`;
  const content = { entries: "", content: Buffer.from(operators) };
  return { contents: 1, resources: "/XObject << /Image0 {{stream 0}} >>", streams: [...images, content] };
}

/**
 * For each Exif orientation, the matrix from the unit square of the stored image to that of the upright
 * image.
 */
const orientations: Readonly<Record<number, readonly [number, number, number, number, number, number]>> = {
  1: [1, 0, 0, 1, 0, 0],
  2: [-1, 0, 0, 1, 1, 0],
  3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1],
  5: [0, -1, -1, 0, 1, 1],
  6: [0, -1, 1, 0, 0, 1],
  7: [0, 1, 1, 0, 0, 0],
  8: [0, 1, -1, 0, 1, 0],
};

async function orientationOf(bytes: Buffer): Promise<number> {
  return (await sharp(bytes).metadata()).orientation ?? 1;
}

async function jpegStream(bytes: Buffer): Promise<PdfStream> {
  const { width, height, channels, space } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const colours = { 1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK" }[channels as 1 | 3 | 4];
  if (!colours) throw new Error(`a JPEG with ${channels} components (${space})`);
  // Adobe's programs write CMYK inverted, and mark such files.
  const inverted = channels === 4 && bytes.includes("Adobe\0") ? "/Decode [1 0 1 0 1 0 1 0]" : "";
  const entries = `/ColorSpace ${colours} /BitsPerComponent 8 /Filter /DCTDecode ${inverted}`;
  return { entries: `${imageEntries(width, height)} ${entries}`, content: bytes };
}

/** Compresses the picture again without loss, on a white background. */
async function pngStream(picture: Sharp, options?: PngOptions): Promise<PdfStream> {
  const { channels = 3, hasAlpha } = await picture.metadata();
  const opaque = picture.flatten({ background: "white" });
  // Without this, sharp widens grey to three channels.
  const kept = channels - (hasAlpha ? 1 : 0) === 1 ? opaque.toColourspace("b-w") : opaque;
  return embedPng(await kept.png({ compressionLevel: 9, ...options }).toBuffer());
}

function imageEntries(width: number, height: number): string {
  return `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`;
}

/** Formats a number without an exponent, as PDF requires. */
function decimal(number: number): string {
  return String(Math.round(number * 1e4) / 1e4);
}
