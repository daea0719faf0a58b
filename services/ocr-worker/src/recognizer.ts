import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import type { Log } from "@orbital-witness/common/log.ts";
import { TimeLimitError, within } from "@orbital-witness/common/time-limit.ts";
import { createWorker, type Worker as Engine, OEM, PSM } from "tesseract.js";
import { OrderFailure } from "./failure.ts";

/** The integer models of the best set: about the best set's error rate for a quarter more time than the fast set. */
const languageData = join(
  dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng"))),
  "4.0.0_best_int",
);

const startLimitMs = 30_000;

/** One tesseract.js engine in a thread of its own, reused from page to page and made anew after any fault. */
export class Recognizer {
  readonly #log: Log;
  readonly #pageLimitMs: number;
  #engine: Engine | undefined;
  /** Rejects when the engine's thread dies; its promises would stay open for ever. */
  #death: Promise<never> | undefined;

  constructor(log: Log, pageLimitMs = 45_000) {
    this.#log = log;
    this.#pageLimitMs = pageLimitMs;
  }

  /** Loads the engine and the language data. Also done by `read` where it is due. */
  async start(): Promise<Engine> {
    if (this.#engine) return this.#engine;
    const engine = await within(startLimitMs, openEngine(this.#log));
    const thread = threadOf(engine);
    // What the libraries print would stand between the log's lines of JSON.
    for (const output of [thread.stdout, thread.stderr]) output.unpipe().resume();
    this.#engine = engine;
    this.#death = deathOf(thread);
    return engine;
  }

  /** Rejects while no engine is loaded. */
  async ready(): Promise<void> {
    if (!this.#engine) throw new Error("tesseract is not loaded");
  }

  /** The page's text, trimmed. Throws OrderFailure; a page that breaks the engine costs the next one its start. */
  async read(page: Buffer): Promise<string> {
    const engine = await this.start();
    try {
      const recognizing = engine.recognize(page, {}, { text: true });
      const done = this.#death ? Promise.race([recognizing, this.#death]) : recognizing;
      const { data } = await within(this.#pageLimitMs, done);
      return data.text.trim();
    } catch (error) {
      await this.close();
      await this.start();
      // tesseract.js rejects with strings.
      const cause = error instanceof Error ? error : new Error(String(error));
      throw new OrderFailure(error instanceof TimeLimitError ? "page_too_slow" : "unreadable_image", {
        cause,
      });
    }
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#death = undefined;
    await engine?.terminate();
  }
}

async function openEngine(log: Log): Promise<Engine> {
  const engine = await createWorker("eng", OEM.LSTM_ONLY, {
    langPath: languageData,
    gzip: true,
    // The container's file system is read-only, and the data is there already.
    cacheMethod: "none",
    // Without a handler a broken image is thrown outside of everybody's stack. The promise rejects as well.
    errorHandler: (error) => log.debug({ error }, "tesseract reports an error"),
  });
  await engine.setParameters({ tessedit_pageseg_mode: PSM.AUTO });
  return engine;
}

/** Not in tesseract.js's types: the only way to see that the thread died. */
function threadOf(engine: Engine): Thread {
  const thread: unknown = "worker" in engine ? engine.worker : undefined;
  if (!(thread instanceof Thread)) throw new Error("tesseract.js gives no access to its thread");
  return thread;
}

function deathOf(thread: Thread): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // A rejection that nobody waits for must not end the process.
  promise.catch(() => {});
  thread.once("error", reject);
  thread.once("exit", (code) => reject(new Error(`the tesseract thread ended with code ${code}`)));
  return promise;
}
