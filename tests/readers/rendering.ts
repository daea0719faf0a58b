import { readFile } from "node:fs/promises";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { execa } from "execa";
import sharp, { type Sharp } from "sharp";
import type { Picture } from "./likeness.ts";

const pointsPerInch = 72;

/** A page (from 1) of a PDF as a viewer shows it, as a PNG. */
export type Render = (file: string, page: number, dpi: number) => Promise<Buffer>;

export const renderers: Record<"Poppler" | "PDFium", Render> = {
  async Poppler(file, page, dpi) {
    const range = ["-f", String(page), "-l", String(page)];
    const options = { encoding: "buffer" } as const;
    const { stdout } = await execa("pdftoppm", ["-r", String(dpi), ...range, "-png", file], options);
    return Buffer.from(stdout);
  },

  async PDFium(file, page, dpi) {
    const library = await PDFiumLibrary.init();
    try {
      const document = await library.loadDocument(await readFile(file));
      const shown = document.getPage(page - 1);
      const { originalWidth, originalHeight } = shown.getOriginalSize();
      const pixels = (points: number) => Math.round((points * dpi) / pointsPerInch);
      const size = { width: pixels(originalWidth), height: pixels(originalHeight) };
      const rendered = await shown.render({ ...size, scale: 1, render: "bitmap", renderFormFields: true });
      const { width, height } = rendered;
      const data = Buffer.from(rendered.data);
      document.destroy();
      const picture = sharp(data, { raw: { width, height, channels: 4 } });
      return await picture.flatten({ background: "white" }).withDensity(dpi).png().toBuffer();
    } finally {
      library.destroy();
    }
  },
};

/**
 * Halves width and height, because renderers differ in how they place and blend what lies between two pixels.
 */
export async function pictureOf(image: Sharp): Promise<Picture> {
  const { data: png, info: full } = await image.png().toBuffer({ resolveWithObject: true });
  const size = { width: Math.round(full.width / 2), height: Math.round(full.height / 2) };
  const rgb = sharp(png)
    .flatten({ background: "white" })
    .resize({ ...size, fit: "fill" })
    .toColourspace("srgb")
    .removeAlpha();
  const { data, info } = await rgb.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels`);
  return { data, width: info.width, height: info.height };
}

/** The text of the first page as PDFium finds it. */
export async function pdfiumText(file: string): Promise<string> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(await readFile(file));
    const text = document.getPage(0).getText();
    document.destroy();
    return text;
  } finally {
    library.destroy();
  }
}
