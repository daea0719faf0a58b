import { writeFile } from "node:fs/promises";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { openEngine } from "../services/ocr-worker/src/recognition/engine.ts";
import { toPgm } from "../services/ocr-worker/src/recognition/picture.ts";
import { planFor, prepare } from "../services/ocr-worker/src/recognition/prepare.ts";
import { createRecognizer } from "../services/ocr-worker/src/recognition/recognize-page.ts";
import { greyImage } from "./bench-ocr-pages.ts";
import { type Reading, taskSchema } from "./bench-ocr-protocol.ts";

const [languageData = ""] = process.argv.slice(2);

/** A process that reads pages as a worker's does, one after the other. */
const engine = await openEngine(["eng"], languageData);
const recognize = createRecognizer(engine);
process.on("message", async (message) => {
  const { file, dpi, preparedFile } = taskSchema.parse(message);
  const [{ image, result }, seconds] = await timed(async () => recognize(await greyImage({ file, dpi })));
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  let preparationSeconds = 0;
  if (preparedFile !== undefined) {
    await writeFile(preparedFile, toPgm(image));
    [, preparationSeconds] = await timed(async () => {
      const page = await greyImage({ file, dpi });
      return prepare(page, await planFor(page));
    });
  }
  const reading: Reading = {
    text: textOf(result),
    seconds,
    preparationSeconds,
    preparation: result.preparation.map((done) => done.step),
    dpi: result.dpi,
    peakMegabytes,
  };
  process.send?.(reading);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

/** @returns what `work` returns, and its seconds */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const done = await work();
  return [done, (performance.now() - startedAt) / 1000];
}
