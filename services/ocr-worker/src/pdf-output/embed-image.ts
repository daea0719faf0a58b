import type { PdfPage, PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import sharp, { type Sharp } from "sharp";
import type { PageContent } from "../documents/document.ts";
import { readTiffPages } from "../documents/image/tiff.ts";
import { toSharp } from "../recognition/preparation/picture.ts";
import { bilevelImage } from "./bilevel-image.ts";
import { coloursOf, embedPng, isEmbeddable } from "./embed-png.ts";
import { colourSpaceOf, profileIndex } from "./embed-profile.ts";
import { isLossyWebp, toJpeg } from "./lossy-image.ts";

/**
 * `bytes`: the whole document. `page`: the number of the page, from 1. `content`: the page as it was read.
 */
export type PageSource = { format: string; bytes: Buffer; page: number; content: PageContent };

type Size = { width: number; height: number };
type Embedded = Pick<PdfPage, "contents" | "resources" | "streams">;

/** By how many bytes an image may grow, so that a page with its text grows by less than 30 kB. */
const mostAddedBytes = 20_000;

/**
 * Makes the image a PDF page of this size in points. The data of JPEG files, of most PNG files and of CCITT
 * Group 4 in one strip is embedded unchanged, with its ICC profile. Other images are compressed again without
 * loss, except for lossy WebP and for TIFF with lossy compression, which become JPEG.
 */
export async function embedImage(source: PageSource, size: Size): Promise<Embedded> {
  const { format, bytes, page, content } = source;
  switch (format) {
    case "JPEG":
      return drawn(await jpegImage(bytes), size, await orientationOf(bytes));
    case "PNG":
      if (isEmbeddable(bytes)) return drawn(await pngImage(bytes), size, await orientationOf(bytes));
      return drawn(await losslessImage(sharp(bytes).autoOrient()), size);
    case "TIFF":
      return embedTiff(bytes, page, size);
    default: {
      const picture = toSharp((await content.colour?.()) ?? content.image);
      if (!isLossyWebp(bytes)) return drawn(await losslessImage(picture), size);
      return drawn(await lossyImage(picture, bytes.length), size);
    }
  }
}

/** An image on a page, and the ICC profile that its colour space refers to. */
type Image = { image: PdfStream; profile?: PdfStream | undefined };

async function embedTiff(bytes: Buffer, page: number, size: Size): Promise<Embedded> {
  const { index, fax, lossyBytes } = readTiffPages(bytes)[page - 1] ?? { index: page - 1 };
  const [strip, ...others] = fax?.strips ?? [];
  // Strips are not embedded separately, because viewers blend their edges and damage letters that cross them.
  if (!fax || !strip || others.length > 0) {
    const picture = sharp(bytes, { page: index }).autoOrient();
    if (lossyBytes) return drawn(await lossyImage(await opaque(picture), lossyBytes), size);
    if (fax) return drawn({ image: await bilevelImage(await opaque(picture)) }, size);
    return drawn(await losslessImage(picture), size);
  }
  const parameters = `/K -1 /Columns ${fax.width} /Rows ${strip.rows} /BlackIs1 ${fax.isInverted}`;
  const entries = [
    `${imageEntries(fax.width, strip.rows)} /ColorSpace /DeviceGray /BitsPerComponent 1`,
    `/Filter /CCITTFaxDecode /DecodeParms << ${parameters} >>`,
  ];
  const content = fax.isReversed ? strip.data.map(reversedBits) : strip.data;
  return drawn({ image: { entries: entries.join(" "), content } }, size, fax.orientation);
}

function reversedBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}

/** Draws the image over the whole page. */
function drawn({ image, profile }: Image, { width, height }: Size, orientation = 1): Embedded {
  const [a, b, c, d, e, f] = orientations[orientation] ?? [1, 0, 0, 1, 0, 0];
  const onPage = [a * width, b * height, c * width, d * height, e * width, f * height];
  const operators = `q ${onPage.map(decimal).join(" ")} cm /Image0 Do Q`;
  const content = { entries: "", content: Buffer.from(operators) };
  const streams = [image, content];
  if (profile) streams[profileIndex] = profile;
  return { contents: 1, resources: "/XObject << /Image0 {{stream 0}} >>", streams };
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
  return (await metadataOf(bytes)).orientation ?? 1;
}

async function jpegImage(bytes: Buffer): Promise<Image> {
  const { width, height, channels, space, icc } = await metadataOf(bytes);
  const colourSpace = await colourSpaceOf(icc, channels);
  if (!colourSpace) throw new Error(`a JPEG with ${channels} components (${space})`);
  const { name, profile } = colourSpace;
  // Adobe's programs write CMYK inverted, and mark such files.
  const inverted = channels === 4 && bytes.includes("Adobe\0") ? "/Decode [1 0 1 0 1 0 1 0]" : "";
  const entries = `/ColorSpace ${name} /BitsPerComponent 8 /Filter /DCTDecode ${inverted}`;
  return { image: { entries: `${imageEntries(width, height)} ${entries}`, content: bytes }, profile };
}

/** The data of a PNG, which must be embeddable. */
async function pngImage(bytes: Buffer): Promise<Image> {
  const colourSpace = await colourSpaceOf((await metadataOf(bytes)).icc, coloursOf(bytes));
  return { image: embedPng(bytes, colourSpace?.name), profile: colourSpace?.profile };
}

/** Compresses the picture again as a JPEG. Its source has `sourceBytes`. */
async function lossyImage(picture: Sharp, sourceBytes: number): Promise<Image> {
  return jpegImage(await toJpeg(picture, sourceBytes + mostAddedBytes));
}

/** Compresses the picture again without loss, in sRGB and on a white background. */
async function losslessImage(picture: Sharp): Promise<Image> {
  // Level 9 takes about twice as long. It saves at most 0.5 % on a grey scan, and more on a coloured one.
  const isGrey = (await picture.metadata()).space === "b-w";
  const png = (await opaque(picture)).png({ compressionLevel: isGrey ? 7 : 9 });
  return { image: embedPng(await png.toBuffer()) };
}

async function opaque(picture: Sharp): Promise<Sharp> {
  const { channels = 3, hasAlpha } = await picture.metadata();
  const flat = picture.flatten({ background: "white" });
  // Without this, sharp widens grey to three channels.
  return channels - (hasAlpha ? 1 : 0) === 1 ? flat.toColourspace("b-w") : flat;
}

function metadataOf(bytes: Buffer) {
  return sharp(bytes, { limitInputPixels: false }).metadata();
}

function imageEntries(width: number, height: number): string {
  return `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`;
}

/** Formats a number without an exponent, as PDF requires. */
function decimal(number: number): string {
  return String(Math.round(number * 1e4) / 1e4);
}
