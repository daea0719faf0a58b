import type { PageWarning } from "@orbital-witness/common/results/page-result.ts";
import sharp, { type FailOnOptions, type Sharp } from "sharp";
import { checkPages, checkPixels, type DocumentLimits } from "../../limits.ts";
import type { ColourImage } from "../../recognition/grey-image.ts";
import { coloursFromSharp, fromSharp } from "../../recognition/preparation/picture.ts";
import { hasColours } from "../colours.ts";
import type { Document, PageContent } from "../document.ts";
import { credibleDpi } from "../dpi.ts";
import { decodingFailure } from "./decoding-failure.ts";
import { repairJpeg } from "./repair-jpeg.ts";
import { imageResolution } from "./resolution.ts";
import { type Resolution, readTiffPages } from "./tiff.ts";

/**
 * If the ratio of an image's two resolutions lies between these, its pixels are not square. A smaller ratio
 * comes from rounding, and a larger one is not credible.
 */
const oblong = { least: 1.05, most: 4 };
/** The names that libvips gives to images with one channel, of 1 to 8 bits and of 16 bits. */
const greySpaces: ReadonlySet<string> = new Set(["b-w", "grey16"]);

/**
 * For a process that only reads documents: disables all decoders that it does not need, whatever a file
 * claims to be.
 */
export function restrictLibvips(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: ["Jpeg", "Png", "Tiff", "Webp"].map((kind) => `VipsForeignLoad${kind}Buffer`),
  });
}

/** Reads PNG, JPEG and WebP. Of an animation, it reads the first picture. */
export async function openPicture(original: Buffer, limits: DocumentLimits): Promise<Document> {
  const claimed = pngSize(original);
  if (claimed) checkPixels(claimed.width, claimed.height, limits);
  const { bytes, warnings } = isJpeg(original) ? repairJpeg(original) : { bytes: original, warnings: [] };
  const { width, height, density, exif } = await readHeader(bytes, 0).catch((cause: unknown) => {
    throw decodingFailure("document_damaged", cause);
  });
  checkPixels(width, height, limits);
  const square = density === undefined ? undefined : { x: density, y: density };
  const resolution = imageResolution(bytes, exif) ?? square;
  return {
    pages: 1,
    page: async () => ({ ...(await readImage(bytes, 0, resolution, limits)), warnings }),
  };
}

export async function openTiff(bytes: Buffer, limits: DocumentLimits): Promise<Document> {
  const pages = readTiffPages(bytes);
  checkPages(pages.length, limits);
  return {
    pages: pages.length,
    page: (number) => {
      const { index, resolution } = pages[number - 1] ?? { index: number - 1 };
      return readImage(bytes, index, resolution, limits);
    },
  };
}

function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** Rejects for a JPEG with damaged pixels. Other decoders draw what is left of it. */
export async function checkJpeg(original: Buffer, { pixels }: DocumentLimits): Promise<PageWarning[]> {
  const { bytes, warnings } = repairJpeg(original);
  await strictly((failOn) =>
    sharp(bytes, { failOn, limitInputPixels: pixels }).resize({ width: 16 }).raw().toBuffer(),
  );
  return warnings;
}

/**
 * Treats every warning of a decoder as damage, except for the bytes that some cameras leave between the parts
 * of a JPEG.
 */
async function strictly<T>(decode: (failOn: FailOnOptions) => Promise<T>): Promise<T> {
  try {
    return await decode("warning");
  } catch (error) {
    if (String(error).includes("extraneous bytes")) return await decode("error");
    throw error;
  }
}

/** Reads a PNG's size from its header, because libvips looks for the pixels first. */
function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.toString("latin1", 12, 16) !== "IHDR") return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Reads the image in grey. Its colours are decoded only when they are requested. */
async function readImage(
  bytes: Buffer,
  page: number,
  resolution: Resolution,
  limits: DocumentLimits,
): Promise<Pick<PageContent, "image" | "colour">> {
  const decode = <T>(read: (drawn: DrawnImage) => Promise<T>) =>
    drawImage(bytes, page, resolution, limits)
      .then(read)
      .catch((cause: unknown) => {
        throw decodingFailure("page_damaged", cause);
      });
  return decode(async ({ draw, dpi, isGrey }) => {
    const image = await strictly((failOn) => fromSharp(draw(failOn), dpi));
    if (isGrey) return { image };
    return { image, colour: () => decode(readColours) };
  });
}

async function readColours({ draw, dpi }: DrawnImage): Promise<ColourImage | undefined> {
  const image = await strictly((failOn) => coloursFromSharp(draw(failOn), dpi));
  return hasColours(image) ? image : undefined;
}

function readHeader(bytes: Buffer, page: number) {
  // The size is needed even when it is over the limit.
  return sharp(bytes, { page, limitInputPixels: false }).metadata();
}

/** `isGrey`: the format of the file has no colours. A file in colours may still show only greys. */
type DrawnImage = { draw: (failOn: FailOnOptions) => Sharp; dpi: number | undefined; isGrey: boolean };

/** Draws the image as viewers show it: turned by its Exif orientation, on white paper, with square pixels. */
async function drawImage(
  bytes: Buffer,
  page: number,
  resolution: Resolution,
  limits: DocumentLimits,
): Promise<DrawnImage> {
  const { width, height, space, orientation = 1 } = await readHeader(bytes, page);
  checkPixels(width, height, limits);
  const stretched = squareSize(width, height, resolution);
  if (stretched) checkPixels(stretched.width, stretched.height, limits);
  const draw = (failOn: FailOnOptions) => {
    const picture = sharp(bytes, { page, failOn, limitInputPixels: limits.pixels })
      .autoOrient()
      .flatten({ background: "white" });
    if (stretched) {
      const { width, height } = stretched;
      const liesOnSide = orientation >= 5;
      picture.resize({
        width: liesOnSide ? height : width,
        height: liesOnSide ? width : height,
        fit: "fill",
      });
    }
    return picture;
  };
  const dpi = credibleDpi(resolution && Math.max(resolution.x, resolution.y));
  return { draw, dpi, isGrey: greySpaces.has(space) };
}

/** The size at which an image's pixels are square. */
function squareSize(width: number, height: number, resolution: Resolution) {
  if (!resolution) return undefined;
  const { x, y } = resolution;
  const finer = Math.max(x, y);
  const ratio = finer / Math.min(x, y);
  if (ratio < oblong.least || ratio > oblong.most) return undefined;
  return { width: Math.round((width * finer) / x), height: Math.round((height * finer) / y) };
}
