import { writeFile } from "node:fs/promises";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import { openEngine } from "../services/ocr-worker/src/recognition/engine.ts";
import { toPgm } from "../services/ocr-worker/src/recognition/picture.ts";
import { planFor, prepare } from "../services/ocr-worker/src/recognition/prepare.ts";
import { createRecognizer } from "../services/ocr-worker/src/recognition/recognize-page.ts";
import { greyImage } from "./bench-ocr-pages.ts";

/** What the parent asks for: to read a page, and to keep the image that was read where `preparedFile` names a file. */
const taskSchema = z.object({
  file: z.string(),
  dpi: z.number().optional(),
  preparedFile: z.string().optional(),
});
export type Task = z.output<typeof taskSchema>;

export const readingSchema = z.object({
  text: z.string(),
  /** Preparation included. */
  seconds: z.number(),
  preparationSeconds: z.number(),
  preparation: z.array(z.string()),
  segmentation: z.string(),
  confidence: z.number().nullable(),
  dpi: z.number(),
  /** Of the process, so far. */
  peakMegabytes: z.number(),
});
export type Reading = z.output<typeof readingSchema>;

const [languageData = ""] = process.argv.slice(2);

/** A process that reads pages as a worker's does, one after the other. */
const engine = await openEngine(["eng"], languageData);
const recognize = createRecognizer(engine);
process.on("message", async (message) => {
  const { file, dpi, preparedFile } = taskSchema.parse(message);
  const page = await greyImage({ file, dpi });
  const startedAt = performance.now();
  const { image, result } = await recognize(page);
  const readAt = performance.now();
  await prepare(page, await planFor(page));
  const preparedAt = performance.now();
  if (preparedFile !== undefined) await writeFile(preparedFile, toPgm(image));
  const reading: Reading = {
    text: textOf(result),
    seconds: (readAt - startedAt) / 1000,
    preparationSeconds: (preparedAt - readAt) / 1000,
    preparation: result.preparation.map((done) => done.step),
    segmentation: result.segmentation,
    confidence: result.confidence,
    dpi: result.dpi,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.(reading);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
