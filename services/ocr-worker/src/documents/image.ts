import sharp, { type Sharp } from "sharp";
import { OrderFailure } from "../failure.ts";
import { checkPages, checkPixels, type DocumentLimits } from "../limits.ts";
import type { GreyImage } from "../recognition/recognize-page.ts";
import type { Document } from "./document.ts";
import { credibleDpi } from "./dpi.ts";

// Whatever the first bytes say: nothing but these kinds of files is decoded, each by its own library.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Tiff", "Webp"].map((kind) => `VipsForeignLoad${kind}File`),
});
sharp.concurrency(1);
sharp.cache(false);

/** TIFF, PNG, JPEG and WebP. */
export async function openImage(path: string, limits: DocumentLimits): Promise<Document> {
  const {
    pages = 1,
    width,
    height,
    format,
  } = await header(path, 0).catch((cause) => {
    throw new OrderFailure("document_damaged", { cause });
  });
  // An animation is no document: its first picture is what it shows.
  const count = format === "tiff" ? pages : 1;
  checkPages(count, limits);
  if (count === 1) checkPixels(width, height, limits);
  return {
    pages: count,
    async page(number) {
      try {
        const { width, height, density } = await header(path, number - 1);
        checkPixels(width, height, limits);
        return { image: await toGrey(open(path, number - 1, limits.pixels), density) };
      } catch (cause) {
        throw cause instanceof OrderFailure ? cause : new OrderFailure("page_damaged", { cause });
      }
    },
  };
}

function header(path: string, page: number) {
  // The size is to be told, whatever it is.
  return open(path, page, false).metadata();
}

function open(path: string, page: number, limitInputPixels: number | false): Sharp {
  return sharp(path, { page, limitInputPixels, failOn: "error", sequentialRead: true });
}

/** As it is to be seen: turned as its camera says, on white paper. */
async function toGrey(picture: Sharp, density: number | undefined): Promise<GreyImage> {
  const { data, info } = await picture
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, dpi: credibleDpi(density) };
}
