import sharp, { type Sharp } from "sharp";
import type { GreyImage } from "../grey-image.ts";

// A worker reads one page at a time on one core. More threads would take time from the other workers.
sharp.concurrency(1);
// No page is decoded twice, so a cache would be useless.
sharp.cache(false);

export const WHITE = 255;

/** Width and height in pixels. */
export type Size = { width: number; height: number };

export function toSharp({ data, width, height }: GreyImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
}

export async function fromSharp(picture: Sharp, dpi: number | undefined): Promise<GreyImage> {
  const { data, info } = await picture.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, dpi };
}

/** Scales the image and its resolution by `factor`. */
export async function scale(image: GreyImage, factor: number): Promise<GreyImage> {
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const dpi = image.dpi === undefined ? undefined : image.dpi * factor;
  return fromSharp(toSharp(image).resize({ width, height, fit: "fill" }), dpi);
}

/**
 * Rotates clockwise onto a canvas of the level `background` that holds the whole image. A quarter turn moves
 * pixels; any other angle blends them.
 */
export async function rotate(image: GreyImage, degrees: number, background = WHITE): Promise<GreyImage> {
  const colour = { r: background, g: background, b: background };
  return fromSharp(toSharp(image).rotate(degrees, { background: colour }), image.dpi);
}

/** Returns the middle part of this size, or the whole image if it is not larger. */
export async function cropMiddle(image: GreyImage, size: Size): Promise<GreyImage> {
  const width = Math.min(image.width, size.width);
  const height = Math.min(image.height, size.height);
  if (width === image.width && height === image.height) return image;
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  return fromSharp(toSharp(image).extract({ left, top, width, height }), image.dpi);
}

/** Encodes as a portable graymap, which tesseract reads and which needs no compression. */
export function toPgm({ data, width, height }: GreyImage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]);
}
