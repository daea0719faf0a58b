import type { Log } from "@orbital-witness/common/log.ts";
import type { ResultRef, ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { TimeLimitError, within } from "@orbital-witness/common/time-limit.ts";
import { OrderFailure } from "../failure.ts";
import { type DocumentLimits, pageTooSlow } from "../limits.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { PageProcess } from "./page-process.ts";
import type { Answer, PageProcessSettings, PageTask } from "./protocol.ts";

/** What a document is, by its content. `format` such as "PDF" or "TIFF". */
export type DocumentInfo = { format: string; pages: number };

/** A page that was read, whose result and image are in the result store. */
export type PageRead = { isEmpty: boolean; characters: number; notShown?: string | undefined };

/**
 * Looks at documents and reads their pages in a process of its own, which is replaced after a number of
 * pages, after any fault, and when it has to be stopped: whatever a document does, it does not do it to the
 * worker.
 */
export interface PageReader {
  /** Starts the process and loads the language data. Also done by the others where it is due. */
  start(): Promise<void>;
  /**
   * Rejects before the first process is ready and after one could not be started; not while one is being
   * replaced.
   */
  ready(): Promise<void>;
  /** Throws OrderFailure for a document that cannot be read at all, or the reason of `aborted`. */
  inspect(ref: ResultRef, aborted: AbortSignal): Promise<DocumentInfo>;
  /**
   * Finds what it takes to append to a PDF, and saves it. Rejects for a PDF of which that cannot be found,
   * whose pages can then be shown only as they were read, or with the reason of `aborted`.
   */
  outline(ref: ResultRef, aborted: AbortSignal): Promise<void>;
  /**
   * Reads a page (from 1) of the ref's document and saves what was read, unless it is there already. Throws
   * OrderFailure for a page that cannot be read, or the reason of `aborted`, at once.
   */
  read(ref: ResultRef, page: number, aborted: AbortSignal): Promise<PageRead>;
  close(): Promise<void>;
}

export type PageReaderOptions = {
  limits: DocumentLimits;
  languages: readonly string[];
  /** A folder with `<language>.traineddata` or `<language>.traineddata.gz`. */
  languageData: string;
  /** The process is replaced after so many pages. */
  pagesPerProcess?: number;
  /** How long the process may take to start, in ms. */
  startMs?: number;
};

/** Reads with one process at a time, and one page at a time. */
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
    const { limits, languages, languageData, pagesPerProcess = 100, startMs = 90_000 } = options;
    this.#log = log;
    this.#settings = { limits, languages, languageData, resultStore: results.settings };
    this.#pagesPerProcess = pagesPerProcess;
    this.#startMs = startMs;
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
    const { isEmpty, characters, notShown } = answer;
    if (notShown !== undefined) this.#log.warn({ ...ref, page, notShown }, "a page is not shown as it came");
    return { isEmpty, characters };
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
      answer = await within(
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
    throw new OrderFailure(code, { message, cause });
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

  /** In the background: the next page waits for the rest of the start. */
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

function unexpected({ outcome }: Answer): Error {
  return new Error(`the page process answered ${JSON.stringify(outcome)}`);
}
