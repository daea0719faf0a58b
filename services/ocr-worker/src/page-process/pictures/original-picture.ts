import type { OriginalPicture, Preparation } from "@orbital-witness/common/results/page-result.ts";
import type { ColourImage, GreyImage } from "../../recognition/grey-image.ts";
import { toSharp } from "../../recognition/preparation/picture.ts";

/** Enough to compare the page with its image as it was read, in pixels. */
const mostPixels = 4_000_000;
const quality = 80;

/** Whether the page's image does not lie as the page came. */
export function wasMoved(preparation: readonly Preparation[]): boolean {
  return preparation.some(({ step }) => step === "rotate" || step === "deskew");
}

/**
 * Encodes a page as it came, as a JPEG of at most 4 megapixels. `turned`: how far `picture` is turned
 * clockwise already, in degrees.
 */
export async function originalPicture(
  picture: GreyImage | ColourImage,
  preparation: readonly Preparation[],
  turned: 0 | 90 | 180 | 270,
): Promise<{ jpeg: Buffer; original: OriginalPicture }> {
  const smaller = Math.min(1, Math.sqrt(mostPixels / (picture.width * picture.height)));
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(1, Math.floor(side * smaller)),
  );
  const resized = await toSharp(picture).resize({ width, height, fit: "fill" }).raw().toBuffer();
  const small = { ...picture, data: resized, width: width ?? 1, height: height ?? 1 };
  const { data, info } = await toSharp(small)
    .rotate((360 - turned) % 360)
    .jpeg({ quality })
    .toBuffer({ resolveWithObject: true });
  const longer = Math.max(picture.width, picture.height) / Math.max(small.width, small.height);
  const scale = preparation.reduce((all, step) => (step.step === "scale" ? all * step.factor : all), longer);
  return { jpeg: data, original: { width: info.width, height: info.height, scale } };
}
