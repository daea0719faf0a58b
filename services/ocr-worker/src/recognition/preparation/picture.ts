import sharp, { type Sharp } from "sharp";
import type { GreyImage } from "../grey-image.ts";

/** One page at a time on one core: threads of sharp's own would only fight with other workers'. */
sharp.concurrency(1);
// A page is never seen twice.
sharp.cache(false);

export const WHITE = 255;

export function toSharp({ data, width, height }: GreyImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
}

export async function fromSharp(picture: Sharp, dpi: number | undefined): Promise<GreyImage> {
  const { data, info } = await picture.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, dpi };
}

/** By `factor`, with the resolution that it has then. */
export async function scale(image: GreyImage, factor: number): Promise<GreyImage> {
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const dpi = image.dpi === undefined ? undefined : Math.round(image.dpi * factor);
  return fromSharp(toSharp(image).resize({ width, height, fit: "fill" }), dpi);
}

/** Clockwise; what lies outside is white. A quarter turn moves pixels, any other angle blends them. */
export async function rotate(image: GreyImage, degrees: number): Promise<GreyImage> {
  return fromSharp(toSharp(image).rotate(degrees, { background: "#fff" }), image.dpi);
}

/** Raw grey in the plainest file that tesseract reads: nothing is compressed on the way. */
export function toPgm({ data, width, height }: GreyImage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]);
}
