import { writeFile } from "node:fs/promises";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { openEngine } from "../../services/ocr-worker/src/recognition/engine.ts";
import { toPgm } from "../../services/ocr-worker/src/recognition/preparation/picture.ts";
import { planFor, prepare } from "../../services/ocr-worker/src/recognition/preparation/prepare.ts";
import { createRecognizer } from "../../services/ocr-worker/src/recognition/recognize-page.ts";
import { greyImage } from "./pages.ts";
import { type Prepared, type Reading, type Task, taskSchema } from "./protocol.ts";

const [languageData = ""] = process.argv.slice(2);

/** A process that reads pages as a worker's does, one after the other. */
const engine = await openEngine(["eng"], languageData);
const recognize = createRecognizer(engine);
process.on("message", async (message) => {
  const task = taskSchema.parse(message);
  process.send?.(await (task.task === "read" ? readPage(task) : preparePage(task)));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function readPage({ file, dpi, preparedFile }: Task): Promise<Reading> {
  const [{ image, result }, times] = await timed(async () => recognize(await greyImage({ file, dpi })));
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  if (preparedFile !== undefined) await writeFile(preparedFile, toPgm(image));
  return {
    text: textOf(result),
    ...times,
    preparation: result.preparation.map((done) => done.step),
    dpi: result.dpi,
    peakMegabytes,
  };
}

async function preparePage({ file, dpi, preparedFile = "/dev/null" }: Task): Promise<Prepared> {
  const [image, times] = await timed(async () => {
    const page = await greyImage({ file, dpi });
    const prepared = await prepare(page, await planFor(page));
    await writeFile(preparedFile, toPgm(prepared.image));
    return prepared.image;
  });
  return { ...times, dpi: image.dpi };
}

/** @returns what `work` returns, and its times in seconds */
async function timed<T>(
  work: () => Promise<T>,
): Promise<[T, Pick<Prepared, "seconds" | "processorSeconds">]> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const done = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1000;
  return [done, { seconds, processorSeconds: (user + system) / 1e6 }];
}
