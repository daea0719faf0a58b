import { readFile } from "node:fs/promises";
import path from "node:path";
import { PDFDocument } from "@cantoo/pdf-lib";
import sharp, { type TiffOptions } from "sharp";
import { imagePath, type Sample, samples, samplesFolder } from "../../samples/samples.ts";

const pointsPerInch = 72;
const dpi = 200;
/** An A4 page in pixels. */
const size = { width: 1654, height: 2339 };

export type BenchDocument = { name: string; bytes: Buffer };

/** Long documents in different formats. All show the sample pages, repeated as often as needed. */
export async function longDocuments(pages: number): Promise<BenchDocument[]> {
  return [
    { name: "PDF of JPEG scans", bytes: Buffer.from(await scannedPdf(pages)) },
    { name: "TIFF, Group 4", bytes: await tiff(pages, { compression: "ccittfax4", bitdepth: 1 }) },
    { name: "TIFF, LZW, grey", bytes: await tiff(pages, { compression: "lzw" }) },
  ];
}

/** The sample pages, repeated as often as needed, as JPEG scans in a PDF. */
export async function scannedPdf(pages: number): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const scans = await Promise.all(
    samples.map(async (sample) => {
      const image = await pdf.embedJpg(await sharp(fileOf(sample)).jpeg({ quality: 80 }).toBuffer());
      const { width, height } = image.scale(pointsPerInch / sample.dpi);
      return { image, width, height };
    }),
  );
  for (const { image, width, height } of repeated(scans, pages)) {
    pdf.addPage([width, height]).drawImage(image, { width, height });
  }
  return pdf.save();
}

/** All pages of a TIFF that sharp writes have the same size. */
async function tiff(pages: number, options: TiffOptions): Promise<Buffer> {
  const scans = await Promise.all(
    samples.map(async (sample) =>
      sharp(await readFile(fileOf(sample)))
        .flatten({ background: "#fff" })
        .greyscale()
        .resize({ ...size, fit: "contain", background: "#fff" })
        .toColourspace("b-w")
        .raw()
        .toBuffer(),
    ),
  );
  const all = repeated(scans, pages);
  const raw = {
    width: size.width,
    height: size.height * pages,
    channels: 1,
    pageHeight: size.height,
  } as const;
  return sharp(Buffer.concat(all), { raw, limitInputPixels: false })
    .toColourspace("b-w")
    .withDensity(dpi)
    .tiff(options)
    .toBuffer();
}

function repeated<T>(list: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, index) => list[index % list.length]).filter(
    (each) => each !== undefined,
  );
}

const fileOf = (sample: Sample) => path.join(samplesFolder, imagePath(sample));
