import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeJpeg, encodePng } from "./make-samples/encode.ts";
import type { Page } from "./make-samples/page.ts";
import { pages } from "./make-samples/pages.ts";
import { seededRandom } from "./make-samples/random.ts";
import { scan } from "./make-samples/scan.ts";
import { Sheet } from "./make-samples/sheet.ts";
import { measureFaces } from "./make-samples/type-faces.ts";
import { imagePath, type Sample, samples, truthPath } from "./samples.ts";

/** Draws the sample pages and their true texts anew: `node documents/make-samples.ts`. */
const measure = await measureFaces();
for (const sample of samples) {
  const page = pages[sample.documentType];
  const sheet = new Sheet(measure, page.typewriter ? seededRandom(page.look.seed) : undefined);
  page.draw(sheet);
  const image = await encode(page, sheet, sample);
  const file = join(import.meta.dirname, imagePath(sample));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, image);
  await writeFile(join(import.meta.dirname, truthPath(sample)), sheet.trueText());
  console.log(`${imagePath(sample)}: ${Math.ceil(image.length / 1024)} KB`);
}

async function encode(
  { look, quality = 70 }: Page,
  sheet: Sheet,
  { extension, dpi }: Sample,
): Promise<Buffer> {
  const picture = await scan(sheet.svg(), look, dpi);
  return extension === "png" ? encodePng(picture, dpi) : encodeJpeg(picture, dpi, quality);
}
