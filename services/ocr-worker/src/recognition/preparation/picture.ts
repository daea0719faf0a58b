import type { Box } from "@orbital-witness/common/results/page-result.ts";
import sharp, { type Sharp } from "sharp";
import type { ColourImage, GreyImage } from "../grey-image.ts";

// A worker reads one page at a time on one core. More threads would take time from the other workers.
sharp.concurrency(1);
// No page is decoded twice, so a cache would be useless.
sharp.cache(false);

export const WHITE = 255;

/** Width and height in pixels. */
export type Size = { width: number; height: number };

type AnyImage = GreyImage | ColourImage;

/** Without its colour space, sharp would widen grey to three channels. */
export function toSharp({ data, width, height, channels = 1 }: AnyImage): Sharp {
  const picture = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return channels === 1 ? picture.toColourspace("b-w") : picture;
}

/** The picture in grey. */
export async function fromSharp(picture: Sharp, dpi: number | undefined): Promise<GreyImage> {
  const { data, info } = await picture.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, dpi };
}

/** The picture in sRGB. */
export async function coloursFromSharp(picture: Sharp, dpi: number | undefined): Promise<ColourImage> {
  const { data, info } = await picture.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`a picture of ${info.channels} channels`);
  return { data, width: info.width, height: info.height, dpi, channels: 3 };
}

/** A picture that was made from `image`, with the same channels. */
async function changed<T extends AnyImage>(image: T, picture: Sharp): Promise<T> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { ...image, data, width: info.width, height: info.height };
}

/** Scales the image and its resolution by `factor`. */
export async function scale<T extends AnyImage>(image: T, factor: number): Promise<T> {
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const dpi = image.dpi === undefined ? undefined : image.dpi * factor;
  return { ...(await changed(image, toSharp(image).resize({ width, height, fit: "fill" }))), dpi };
}

/**
 * Rotates clockwise onto a canvas of the level `background` that holds the whole image. A quarter turn moves
 * pixels; any other angle blends them.
 */
export async function rotate<T extends AnyImage>(image: T, degrees: number, background = WHITE): Promise<T> {
  const colour = { r: background, g: background, b: background };
  return changed(image, toSharp(image).rotate(degrees, { background: colour }));
}

/** Copies a part of a grey image, with a white margin of so many pixels around it. */
export function crop(
  { data, width, dpi }: GreyImage,
  [left, top, right, bottom]: Box,
  margin = 0,
): GreyImage {
  const size = { width: right - left + 2 * margin, height: bottom - top + 2 * margin };
  const part = Buffer.alloc(size.width * size.height, WHITE);
  for (let y = top; y < bottom; y++) {
    data.copy(part, (y - top + margin) * size.width + margin, y * width + left, y * width + right);
  }
  return { data: part, ...size, dpi };
}

/** Returns the middle part of this size, or the whole image if it is not larger. */
export async function cropMiddle<T extends AnyImage>(image: T, size: Size): Promise<T> {
  const width = Math.min(image.width, size.width);
  const height = Math.min(image.height, size.height);
  if (width === image.width && height === image.height) return image;
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  return changed(image, toSharp(image).extract({ left, top, width, height }));
}

/** Encodes as a portable graymap, which tesseract reads and which needs no compression. */
export function toPgm({ data, width, height }: GreyImage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]);
}
