import { readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { projectFolder } from "../../../commands/stack/project.ts";
import { openDocument } from "../../../services/ocr-worker/src/documents/open-document.ts";
import { defaultLimits } from "../../../services/ocr-worker/src/limits.ts";
import { originalPicture } from "../../../services/ocr-worker/src/page-process/pictures/original-picture.ts";
import { pictureTiles } from "../../../services/ocr-worker/src/page-process/pictures/picture-tiles.ts";
import { developmentLanguageData, openEngine } from "../../../services/ocr-worker/src/recognition/engine.ts";
import type { GreyImage } from "../../../services/ocr-worker/src/recognition/grey-image.ts";
import { toSharp } from "../../../services/ocr-worker/src/recognition/preparation/picture.ts";
import { createRecognizer } from "../../../services/ocr-worker/src/recognition/recognize-page.ts";

/** Milliseconds of a step before this version, and of what it adds, right after each other; bytes of both. */
export type Added = { before: number; added: number; bytesBefore: number; bytesAdded: number };

/** Reads a crooked page as a worker does, and then keeps it as it came. */
export async function addedByOriginal(rounds: number): Promise<Added[]> {
  const sample = path.join(projectFolder, "samples", "scans", "OW12345678", "lease.png");
  const crooked = await sharp(await readFile(sample))
    .rotate(3, { background: "white" })
    .png()
    .toBuffer();
  const engine = await openEngine(["eng"], developmentLanguageData());
  const recognize = createRecognizer(engine);
  const measured: Added[] = [];
  for (let round = 0; round < rounds; round++) {
    const { document } = await openDocument(crooked, defaultLimits);
    const content = await document.page(1, engine.recognize);
    const read = await timed(async () => {
      const { image, result } = await recognize(content.image);
      return { result, png: await toPng(image) };
    });
    const kept = await timed(() => originalPicture(content.image, read.value.result.preparation, 0));
    measured.push({
      ...{ before: read.ms, bytesBefore: read.value.png.length },
      ...{ added: kept.ms, bytesAdded: kept.value.jpeg.length },
    });
  }
  return measured;
}

/** Encodes a large picture as a PNG, as before, and then as tiles. */
export async function addedByTiles(picture: GreyImage, rounds: number): Promise<Added[]> {
  const measured: Added[] = [];
  for (let round = 0; round < rounds; round++) {
    const png = await timed(() => toPng(picture));
    const tiles = await timed(() => pictureTiles(picture));
    measured.push({
      ...{ before: png.ms, bytesBefore: png.value.length },
      ...{ added: tiles.ms, bytesAdded: tiles.value?.bytes.length ?? 0 },
    });
  }
  return measured;
}

function toPng(image: GreyImage): Promise<Buffer> {
  return toSharp(image).png({ compressionLevel: 4 }).toBuffer();
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}
