import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { imagePath, samples, samplesFolder, truthPath } from "../../samples/samples.ts";
import { credibleDpi } from "../../services/ocr-worker/src/documents/dpi.ts";
import type { GreyImage } from "../../services/ocr-worker/src/recognition/grey-image.ts";
import {
  fromSharp,
  rotate,
  scale,
  toPgm,
} from "../../services/ocr-worker/src/recognition/preparation/picture.ts";

/** A page in a file that tesseract reads; `dpi` is undefined if the file does not state it. */
export type BenchPage = { name: string; file: string; dpi: number | undefined; truth: string };

const PDF_DPI = 300;
const imageExtensions = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"];

export async function samplePages(): Promise<BenchPage[]> {
  const inSamples = (file: string) => path.join(samplesFolder, file);
  return Promise.all(
    samples.map(async (sample) => ({
      name: sample.documentType,
      file: inSamples(imagePath(sample)),
      dpi: sample.dpi,
      truth: await readFile(inSamples(truthPath(sample)), "utf8"),
    })),
  );
}

/**
 * The images and PDFs of a folder that have their true text beside them: `<name>.gt.txt`, or the files that
 * `truths` lists for the pages of `<name>.<extension>`. PDFs are rendered into `scratch`. Files without a
 * true text are skipped with a message.
 */
export async function folderPages(
  folder: string,
  truths: ReadonlyMap<string, readonly string[]>,
  scratch: string,
): Promise<BenchPage[]> {
  const files = await readdir(folder).catch(() => {
    throw new Failure(
      `--pages ${folder} is not a folder that can be read.`,
      "Name a folder with scans in it.",
    );
  });
  const pages: BenchPage[] = [];
  for (const file of files) {
    const { name, ext } = path.parse(file);
    if (![...imageExtensions, ".pdf"].includes(ext)) continue;
    const texts = (truths.get(file) ?? [`${name}.gt.txt`]).map((text) => path.join(folder, text));
    const missing = texts.find((text) => !existsSync(text));
    if (missing !== undefined) {
      say(`Skipping ${file}: there is no ${path.basename(missing)}`);
      continue;
    }
    const document = path.join(folder, file);
    const images = ext === ".pdf" ? await drawPdf(document, scratch) : [document];
    for (const [index, text] of texts.entries()) {
      const image = images[index];
      if (image === undefined) throw new Failure(`${file} has no page ${index + 1}.`, "Correct --truth.");
      pages.push({
        name: images.length > 1 ? `${name} ${index + 1}` : name,
        file: image,
        dpi: ext === ".pdf" ? PDF_DPI : await dpiOf(image),
        truth: await readFile(text, "utf8"),
      });
    }
  }
  return pages;
}

/** Variants of the page, each as a file in `scratch`: turned, skewed, of low resolution, unevenly lit. */
export async function variantsOf(page: BenchPage, scratch: string): Promise<BenchPage[]> {
  const image = await greyImage(page);
  const dpi = page.dpi ?? Math.max(image.width, image.height) / (297 / 25.4);
  const variants: Record<string, GreyImage> = {
    "by 90°": await rotate(image, 90),
    "by 180°": await rotate(image, 180),
    "by 270°": await rotate(image, 270),
    "askew by 3°": await rotate(image, 3),
    "askew by -8°": await rotate(image, -8),
    "100 dpi": await scale(image, 100 / dpi),
    "in the dark": inTheDark(image),
  };
  return Promise.all(
    Object.entries(variants).map(async ([variant, picture]) => {
      const name = `${page.name}, ${variant}`;
      const file = path.join(await mkdtemp(path.join(scratch, "variant-")), "page.pgm");
      await writeFile(file, toPgm(picture));
      return { name, file, dpi: picture.dpi, truth: page.truth };
    }),
  );
}

export async function greyImage({ file, dpi }: Pick<BenchPage, "file" | "dpi">): Promise<GreyImage> {
  return fromSharp(sharp(file).flatten({ background: "#fff" }).greyscale(), dpi);
}

/** The left edge has a fifth of the light, the right edge two thirds. */
function inTheDark(image: GreyImage): GreyImage {
  const light = (index: number) => 0.2 + (0.47 * (index % image.width)) / image.width;
  return { ...image, data: Buffer.from(image.data.map((level, index) => level * light(index))) };
}

async function dpiOf(image: string): Promise<number | undefined> {
  const { density } = await sharp(image).metadata();
  return credibleDpi(density);
}

async function drawPdf(pdf: string, scratch: string): Promise<string[]> {
  const folder = await mkdtemp(path.join(scratch, "pdf-"));
  await execa("pdftoppm", ["-r", String(PDF_DPI), "-png", pdf, path.join(folder, "page")]).catch((cause) => {
    throw new Failure(
      `${pdf} could not be drawn: ${cause.shortMessage}`,
      "Install pdftoppm (Debian: apt-get install poppler-utils), or repair the file.",
    );
  });
  return (await readdir(folder)).sort().map((file) => path.join(folder, file));
}
