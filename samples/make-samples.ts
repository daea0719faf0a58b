import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeJpeg, encodePng } from "./drawing/encode.ts";
import type { Page } from "./drawing/page.ts";
import { pages } from "./drawing/pages.ts";
import { seededRandom } from "./drawing/random.ts";
import { scan } from "./drawing/scan.ts";
import { Sheet } from "./drawing/sheet.ts";
import { measureFaces } from "./drawing/type-faces.ts";
import { imagePath, type Sample, samples, samplesFolder, truthPath } from "./samples.ts";

/** Draws the sample pages and their true texts: `node samples/make-samples.ts`. */
const measure = await measureFaces();
for (const sample of samples) {
  const page = pages[sample.documentType];
  const sheet = new Sheet(measure, page.typewriter ? seededRandom(page.look.seed) : undefined);
  page.draw(sheet);
  const image = await encode(page, sheet, sample);
  const file = join(samplesFolder, imagePath(sample));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, image);
  await writeFile(join(samplesFolder, truthPath(sample)), sheet.trueText());
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
