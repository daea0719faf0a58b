import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openResultStore } from "../../services/common/src/results/open-result-store.ts";
import { savePdfPage } from "../../services/common/src/results/pdf-page.ts";
import { restrictLibvips } from "../../services/ocr-worker/src/documents/image/image.ts";
import { openDocument } from "../../services/ocr-worker/src/documents/open-document.ts";
import { defaultLimits } from "../../services/ocr-worker/src/limits.ts";
import { makePdfPage } from "../../services/ocr-worker/src/pdf-output/make-pdf-page.ts";
import { developmentLanguageData, openEngine } from "../../services/ocr-worker/src/recognition/engine.ts";
import { toSharp } from "../../services/ocr-worker/src/recognition/preparation/picture.ts";
import { createRecognizer } from "../../services/ocr-worker/src/recognition/recognize-page.ts";
import { type Reading, type Task, taskSchema } from "./protocol.ts";
import { Stages } from "./stages.ts";

const [folder = ""] = process.argv.slice(2);

/** A process that reads pages in the steps of a worker's page process (page-work.ts), and times them. */
restrictLibvips();
const results = openResultStore({ folder });
const engine = await openEngine(["eng"], developmentLanguageData());
let stages = new Stages();
const recognize = createRecognizer(engine);
process.on("message", async (message) => process.send?.(await read(taskSchema.parse(message))));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function read({ file, pages, ahead }: Task): Promise<Reading> {
  stages = new Stages();
  const ref = { order_id: randomUUID(), attempt: 1 };
  const startedAt = performance.now();
  let next = ahead && pages[0] !== undefined ? decoded(file, pages[0]) : undefined;
  for (const [index, page] of pages.entries()) {
    const content = await (next ?? decoded(file, page));
    const following = pages[index + 1];
    next = ahead && following !== undefined ? decoded(file, following) : undefined;
    await finish(ref, page, content);
  }
  return { ms: performance.now() - startedAt, stages: stages.ms };
}

async function decoded(file: string, page: number) {
  const bytes = await stages.time("read the file", () => readFile(file));
  const { format, document } = await stages.time("open it", () => openDocument(bytes, defaultLimits));
  const content = await stages.time("decode the page", () => document.page(page, engine.recognize));
  return { format, bytes, page, content };
}

async function finish(
  ref: { order_id: string; attempt: number },
  page: number,
  source: Awaited<ReturnType<typeof decoded>>,
): Promise<void> {
  const { content } = source;
  const { image, result, likewise } = await stages.time("recognise", () => recognize(content.image));
  const { pdfPage } = await stages.time("page of result.pdf", () => makePdfPage(source, result));
  const png = await stages.time("picture", async () => {
    const coloured = await content.colour?.();
    return toSharp(coloured ? await likewise(coloured) : image)
      .png({ compressionLevel: 4 })
      .toBuffer();
  });
  await stages.time("save", async () => {
    await savePdfPage(results, ref, page, pdfPage);
    await results.savePage(ref, { ...result, page }, png);
  });
}
