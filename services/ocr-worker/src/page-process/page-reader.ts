import type { Log } from "@orbital-witness/common/log.ts";
import type { ResultRef, ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { TimeLimitError } from "@orbital-witness/common/time-limit.ts";
import { OrderFailure } from "../failure.ts";
import { type DocumentLimits, pageTooSlow } from "../limits.ts";
import type { SecondReaderSettings } from "../recognition/second-reader/settings.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { PageProcess } from "./page-process.ts";
import type { Answer, PageProcessSettings, PageTask } from "./protocol.ts";
import { withinRunningTime } from "./running-time.ts";
import type { StepTimes } from "./step-times.ts";

/** A document's format, such as "PDF" or "TIFF", found from its content, and its number of pages. */
export type DocumentInfo = { format: string; pages: number };

/**
 * A page that was read. Its result and image are in the result store. `confidence`: from 0 to 100; null if
 * this call recognised no word. `steps`: how long each took, in ms.
 */
export type PageRead = {
  isEmpty: boolean;
  characters: number;
  confidence: number | null;
  steps: StepTimes["ms"];
  notShown?: string | undefined;
  keptText?: string | undefined;
};

/**
 * Inspects documents and reads their pages in a separate process, so that no document can harm the worker.
 * The process is replaced after a number of pages, after any fault, and when it has to be stopped.
 */
export interface PageReader {
  /** Starts the process and loads the language data. The other methods do so too, when needed. */
  start(): Promise<void>;
  /**
   * Rejects before the first process is ready, and after a process failed to start. Does not reject while a
   * process is being replaced.
   */
  ready(): Promise<void>;
  /** Throws OrderFailure for a document that cannot be read at all, or the reason of `aborted`. */
  inspect(ref: ResultRef, aborted: AbortSignal): Promise<DocumentInfo>;
  /**
   * Finds and saves the data needed to append to a PDF. Rejects if a PDF does not allow that; its pages can
   * then only be shown as they were read. Also rejects with the reason of `aborted`.
   */
  outline(ref: ResultRef, aborted: AbortSignal): Promise<void>;
  /**
   * Reads a page (from 1) of the ref's document and saves the result, unless it is stored already. Throws
   * OrderFailure for a page that cannot be read. Throws the reason of `aborted` at once.
   */
  read(ref: ResultRef, page: number, aborted: AbortSignal): Promise<PageRead>;
  close(): Promise<void>;
}

export type PageReaderOptions = {
  limits: DocumentLimits;
  languages: readonly string[];
  /** A folder with `<language>.traineddata` or `<language>.traineddata.gz`. */
  languageData: string;
  /** Undefined if tesseract reads alone. */
  secondReader?: SecondReaderSettings | undefined;
  /** The number of pages after which the process is replaced. */
  pagesPerProcess?: number;
  /** How long the process may take to start, in ms. */
  startMs?: number;
};

/** Uses one process at a time, and reads one page at a time. */
export class ProcessPageReader implements PageReader {
  readonly #log: Log;
  readonly #settings: PageProcessSettings;
  readonly #pagesPerProcess: number;
  readonly #startMs: number;
  #running: PageProcess | undefined;
  #isUsable = false;
  #isClosed = false;
  #pages = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(log: Log, results: ResultStore, options: PageReaderOptions) {
    const { pagesPerProcess = 100, startMs = 90_000, ...settings } = options;
    this.#log = log;
    this.#settings = { ...settings, resultStore: results.settings };
    this.#pagesPerProcess = pagesPerProcess;
    this.#startMs = startMs;
  }

  /** The ids of the process that runs now, if there is one. */
  get processIds(): number[] {
    const id = this.#running?.id;
    return id === undefined ? [] : [id];
  }

  async start(): Promise<void> {
    await this.#run().ready;
  }

  async ready(): Promise<void> {
    if (!this.#isUsable) throw new Error("no page process is ready");
  }

  async inspect(ref: ResultRef, aborted: AbortSignal): Promise<DocumentInfo> {
    const answer = await this.#perform({ task: "inspect", ref }, aborted);
    if (answer.outcome !== "inspected") throw unexpected(answer);
    return { format: answer.format, pages: answer.pages };
  }

  async outline(ref: ResultRef, aborted: AbortSignal): Promise<void> {
    const answer = await this.#perform({ task: "outline", ref }, aborted);
    if (answer.outcome !== "outlined") throw unexpected(answer);
  }

  async read(ref: ResultRef, page: number, aborted: AbortSignal): Promise<PageRead> {
    const answer = await this.#perform({ task: "read", ref, page }, aborted);
    if (answer.outcome !== "read") throw unexpected(answer);
    const { isEmpty, characters, notShown, keptText, confidence, steps } = answer;
    if (notShown !== undefined)
      this.#log.warn(
        { ...ref, page, notShown },
        "the PDF cannot show a page as in the document, and shows it as it was read",
      );
    if (keptText !== undefined)
      this.#log.warn({ ...ref, page, keptText }, "the PDF keeps hidden or replaced text of a page");
    return { isEmpty, characters, confidence, steps };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isUsable = false;
    await this.#end()?.gone;
  }

  async #perform(task: PageTask, aborted: AbortSignal): Promise<Answer> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => over);
    try {
      await unlessAborted(() => before, aborted);
      return await this.#ask(task, aborted);
    } finally {
      end();
    }
  }

  async #ask(task: PageTask, aborted: AbortSignal): Promise<Answer> {
    const { limits } = this.#settings;
    const running = this.#run();
    await unlessAborted(() => running.ready, aborted);
    let answer: Answer;
    try {
      answer = await withinRunningTime(
        limits.pageSeconds * 1000,
        unlessAborted(() => running.ask(task), aborted),
      );
      if (answer.outcome === "broken") throw new Error(`the page process broke: ${answer.error}`);
    } catch (error) {
      this.#renew();
      aborted.throwIfAborted();
      if (error instanceof TimeLimitError) throw pageTooSlow(limits);
      throw new OrderFailure("page_crashed", { cause: error });
    }
    if (task.task === "read") this.#pages++;
    if (("spent" in answer && answer.spent) || this.#pages >= this.#pagesPerProcess) this.#renew();
    if (answer.outcome !== "failed") return answer;
    const { code, message, cause } = answer;
    throw new OrderFailure(code, { message, cause: cause && describedError(cause) });
  }

  #run(): PageProcess {
    if (this.#running) return this.#running;
    if (this.#isClosed) throw new Error("the page reader is closed");
    const running = new PageProcess(this.#settings, this.#startMs);
    this.#running = running;
    this.#pages = 0;
    running.ready.then(
      async () => {
        if (this.#running === running) this.#isUsable = true;
        await running.gone;
        if (this.#running === running) this.#renew();
      },
      (err: unknown) => {
        if (this.#running !== running) return;
        this.#log.warn({ err }, "the page process does not start");
        this.#running = undefined;
        this.#isUsable = false;
      },
    );
    return running;
  }

  /** Starts a process in the background. The next page waits until it is ready. */
  #renew(): void {
    this.#end();
    if (!this.#isClosed) this.#run();
  }

  #end(): PageProcess | undefined {
    const running = this.#running;
    this.#running = undefined;
    running?.kill();
    return running;
  }
}

/** The error of a page process. The log contains the cause of a failure only if it is an Error. */
function describedError(description: string): Error {
  const [message = ""] = description.split("\n", 1);
  return Object.assign(new Error(message), { stack: description });
}

function unexpected({ outcome }: Answer): Error {
  return new Error(`the page process answered ${JSON.stringify(outcome)}`);
}
