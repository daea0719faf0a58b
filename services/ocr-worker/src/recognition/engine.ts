import { once } from "node:events";
import { access } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker as Thread } from "node:worker_threads";
import type { Block, PageResult } from "@orbital-witness/common/results/page-result.ts";
import { createWorker, OEM, PSM, type Worker } from "tesseract.js";
import { blocksOf } from "./blocks.ts";
import type { GreyImage } from "./grey-image.ts";
import { toPgm } from "./preparation/picture.ts";

/**
 * The integer models of the best set, for development without a folder of language data. The image does not
 * contain this package.
 */
export function developmentLanguageData(): string {
  const data = path.dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng")));
  return path.join(data, "4.0.0_best_int");
}

export type Segmentation = Exclude<PageResult["segmentation"], "text_layer">;

const pageSegmentationModes: Readonly<Record<Segmentation, PSM>> = {
  auto: PSM.AUTO,
  single_column: PSM.SINGLE_COLUMN,
  single_block: PSM.SINGLE_BLOCK,
  sparse_text: PSM.SPARSE_TEXT,
};

/**
 * One tesseract.js engine in its own thread. If the thread dies, the process ends, because nobody else would
 * notice.
 */
export type Engine = {
  /** Recognises the image as it is. Rejects if tesseract fails on it. The engine must then be replaced. */
  recognize(image: GreyImage, segmentation: Segmentation): Promise<Block[]>;
  close(): Promise<void>;
};

/**
 * Loads tesseract with `<language>.traineddata` or `<language>.traineddata.gz` from a folder. Throws if a
 * file is missing or invalid. The libraries' output is dropped, because it would mix with the log's lines of
 * JSON.
 */
export async function openEngine(languages: readonly string[], languageData: string): Promise<Engine> {
  await checkFiles(languages, languageData);
  const worker = await startWorker(languages, languageData);
  return {
    async recognize(image, segmentation) {
      try {
        await worker.setParameters({
          tessedit_pageseg_mode: pageSegmentationModes[segmentation],
          // 0 lets tesseract estimate the resolution.
          user_defined_dpi: String(Math.round(image.dpi ?? 0)),
        });
        const { data } = await worker.recognize(toPgm(image), {}, { text: false, tsv: true });
        return blocksOf(data.tsv ?? "", image);
      } catch (cause) {
        // tesseract.js rejects with strings.
        throw cause instanceof Error ? cause : new Error(`tesseract cannot read the page: ${cause}`);
      }
    },
    async close() {
      await worker.terminate();
    },
  };
}

async function checkFiles(languages: readonly string[], folder: string): Promise<void> {
  if (languages.length === 0) throw new Error("No language to read in: give one such as eng");
  for (const language of languages) {
    const files = [`${language}.traineddata`, `${language}.traineddata.gz`];
    const found = await Promise.allSettled(files.map((file) => access(path.join(folder, file))));
    if (found.some(({ status }) => status === "fulfilled")) continue;
    throw new Error(`No language data for ${language}: neither ${files.join(" nor ")} is in ${folder}`);
  }
}

async function startWorker(languages: readonly string[], folder: string): Promise<Worker> {
  const { promise: fault, reject } = Promise.withResolvers<never>();
  // A rejection that nobody awaits must not end the process.
  fault.catch(() => {});
  let thread: Thread | undefined;
  const created = once(process, "worker");
  const starting = createWorker([...languages], OEM.LSTM_ONLY, {
    // tesseract.js looks in `cachePath` for <language>.traineddata first, then in `langPath` for
    // <language>.traineddata.gz.
    cachePath: folder,
    langPath: folder,
    cacheMethod: "readOnly",
    // Without a handler an error in the thread would be thrown where nobody can catch it. During the start,
    // only this handler reports one.
    errorHandler: (error) => {
      reject(error);
      if (!isStarted) thread?.removeAllListeners("message");
    },
  });
  let isStarted = false;
  [thread] = await created;
  for (const output of [thread?.stdout, thread?.stderr]) output?.unpipe().resume();
  try {
    const worker = await Promise.race([starting, fault]);
    isStarted = true;
    return worker;
  } catch (cause) {
    await thread?.terminate();
    throw new Error(`tesseract does not start with ${languages.join("+")} from ${folder}: ${cause}`);
  }
}
