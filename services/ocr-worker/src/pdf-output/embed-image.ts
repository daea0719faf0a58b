import type { PdfPage, PdfStream } from "@orbital-witness/common/results/pdf-page.ts";
import sharp, { type Sharp } from "sharp";
import type { PageContent } from "../documents/document.ts";
import { toSharp } from "../recognition/preparation/picture.ts";
import { embedPng, isEmbeddable } from "./embed-png.ts";

/** `bytes`: of the whole document, in which `page` counts from 1. `content`: the page as it was opened. */
export type PageSource = { format: string; bytes: Buffer; page: number; content: PageContent };

type Size = { width: number; height: number };
type Embedded = Pick<PdfPage, "contents" | "resources" | "streams">;

/** Of lossy WebP, which PDF does not have. */
const jpegQuality = 90;

/**
 * The image as a PDF page of this size in points. The data of JPEG and of most PNG files are taken as they
 * are; all else is compressed anew without loss, but for lossy WebP.
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
      return drawn([await pngStream(sharp(bytes, { page: page - 1 }).autoOrient())], size);
    default:
      return drawn([await pngStream(toSharp(content.image).toColourspace("b-w"))], size);
  }
}

/** The images one below another over the whole page. */
function drawn(images: PdfStream[], { width, height }: Size, orientation = 1): Embedded {
  const [a, b, c, d, e, f] = orientations[orientation] ?? [1, 0, 0, 1, 0, 0];
  const onPage = [a * width, b * height, c * width, d * height, e * width, f * height];
  const operators = `q ${onPage.map(decimal).join(" ")} cm /Image0 Do Q`;
  const content = { entries: "", content: Buffer.from(operators) };
  return {
    contents: images.length,
    resources: "/XObject << /Image0 {{stream 0}} >>",
    streams: [...images, content],
  };
}

/** Of EXIF: from the unit square in which an image is drawn to that in which it is seen. */
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
  if (!colours) throw new Error(`a JPEG of ${channels} components (${space})`);
  // Adobe's programs write CMYK inverted, and say so.
  const inverted = channels === 4 && bytes.includes("Adobe\0") ? "/Decode [1 0 1 0 1 0 1 0]" : "";
  const entries = `/ColorSpace ${colours} /BitsPerComponent 8 /Filter /DCTDecode ${inverted}`;
  return { entries: `${imageEntries(width, height)} ${entries}`, content: bytes };
}

/** Compressed anew, without loss, on white paper. */
async function pngStream(picture: Sharp): Promise<PdfStream> {
  return embedPng(await picture.flatten({ background: "white" }).png({ compressionLevel: 9 }).toBuffer());
}

function imageEntries(width: number, height: number): string {
  return `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`;
}

/** As PDF writes it: without an exponent. */
function decimal(number: number): string {
  return String(Math.round(number * 1e4) / 1e4);
}
