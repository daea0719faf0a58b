import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import type { Log } from "@orbital-witness/common/log.ts";
import { TimeLimitError, within } from "@orbital-witness/common/time-limit.ts";
import { createWorker, type Worker as Engine, OEM, PSM } from "tesseract.js";
import { OrderFailure } from "./failure.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** The integer models of the best set: about the best set's error rate for a quarter more time than the fast set. */
const languageData = join(
  dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng"))),
  "4.0.0_best_int",
);

type Limits = { startMs: number; pageMs: number };

/** `death` rejects when the engine's thread dies; the engine's own promises would stay open for ever. */
type Running = { engine: Engine; death: Promise<never> };

/** One tesseract.js engine in a thread of its own, reused from page to page and made anew after any fault. */
export class Recognizer {
  readonly #log: Log;
  readonly #limits: Limits;
  #running: Promise<Running> | undefined;
  #usable = false;

  constructor(log: Log, limits: Partial<Limits> = {}) {
    this.#log = log;
    this.#limits = { startMs: 30_000, pageMs: 45_000, ...limits };
  }

  /** Loads the engine and the language data. Also done by `read` where it is due. */
  async start(): Promise<Engine> {
    const { engine } = await this.#run();
    return engine;
  }

  /** Rejects before the first engine is loaded, and after one could not be; not while one is made anew. */
  async ready(): Promise<void> {
    if (!this.#usable) throw new Error("tesseract is not loaded");
  }

  /**
   * The page's text, trimmed. Throws OrderFailure, what keeps the engine from starting or ends it, or the reason of `aborted`, at once.
   * A page that is stopped or breaks the engine costs the next one the rest of a start, which goes on in the background.
   */
  async read(page: Buffer, aborted: AbortSignal): Promise<string> {
    const { engine, death } = await unlessAborted(() => this.#run(), aborted);
    try {
      const recognize = () => Promise.race([engine.recognize(page, {}, { text: true }), death]);
      const { data } = await within(this.#limits.pageMs, unlessAborted(recognize, aborted));
      return data.text.trim();
    } catch (error) {
      this.#renew();
      aborted.throwIfAborted();
      throw pageFailure(error);
    }
  }

  /** Waits for an engine that is being loaded, to end it. */
  async close(): Promise<void> {
    this.#usable = false;
    await this.#end();
  }

  #run(): Promise<Running> {
    if (this.#running) return this.#running;
    const running = runEngine(this.#log, this.#limits.startMs);
    this.#running = running;
    running.then(
      () => {
        if (this.#running === running) this.#usable = true;
      },
      () => {
        if (this.#running !== running) return;
        this.#running = undefined;
        this.#usable = false;
      },
    );
    return running;
  }

  #renew(): void {
    const log = (err: unknown) => this.#log.warn({ err }, "tesseract is not made anew");
    this.#end().catch(log);
    this.#run().catch(log);
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    const [started] = await Promise.allSettled([running]);
    if (started.status === "fulfilled") await started.value?.engine.terminate();
  }
}

/** tesseract.js rejects with a string where tesseract cannot read the page; anything else is not the page's fault. */
function pageFailure(error: unknown): unknown {
  if (error instanceof TimeLimitError) return new OrderFailure("page_too_slow", { cause: error });
  if (typeof error === "string") return new OrderFailure("document_damaged", { cause: new Error(error) });
  return error;
}

async function runEngine(log: Log, limitMs: number): Promise<Running> {
  const opening = openEngine(log);
  try {
    const engine = await within(limitMs, opening);
    const thread = threadOf(engine);
    // What the libraries print would stand between the log's lines of JSON.
    for (const output of [thread.stdout, thread.stderr]) output.unpipe().resume();
    return { engine, death: deathOf(thread) };
  } catch (error) {
    // It may come later, and nobody would have it.
    opening.then(
      (engine) => engine.terminate(),
      (err: unknown) => log.debug({ err }, "tesseract does not start"),
    );
    throw error;
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
