import { Worker } from "node:worker_threads";
import type { Log } from "@orbital-witness/common/log.ts";
import type { IndexedOrder, Search, SearchResults, Stage } from "./search-index.ts";

/** `retentionMs`: how long an order is kept after its end. */
export type SearchSettings = { resultsFolder: string; searchFolder: string; retentionMs: number };

/** A completed order, with its pages in the result store. */
export type OrderToIndex = IndexedOrder & { result_attempt: number; result_pages: number };

/**
 * The work of the thread; see `SearchIndex`. `damaged`: pages that are missing from the index because their
 * results are damaged.
 */
export type Work = {
  stage(): Promise<Stage>;
  setStage(stage: Stage): Promise<void>;
  put(order: OrderToIndex): Promise<{ damaged: number[] }>;
  search(search: Search): Promise<SearchResults>;
  removeExpired(): Promise<boolean>;
  close(): Promise<void>;
};

export type Question = { id: number; name: keyof Work; values: unknown[] };
/** `removed`: the index was damaged and is removed. The next request creates a new one. */
export type Answer = { id: number; value?: unknown; error?: unknown; removed?: boolean };

/** Enough for the results of a few pages. */
const heapMegabytes = 64;

/** The index in a separate thread, which is started when needed and again after it has died. */
export class SearchWorker {
  readonly #settings: SearchSettings;
  readonly #log: Log;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #thread: Worker | undefined;
  #questions = 0;

  constructor(settings: SearchSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Rejects with the error of the work, or with the error that ended the thread. */
  ask<Name extends keyof Work>(name: Name, ...values: Parameters<Work[Name]>): ReturnType<Work[Name]>;
  ask(name: keyof Work, ...values: unknown[]): Promise<unknown> {
    this.#thread ??= this.#start();
    this.#questions += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(this.#questions, answer);
    this.#thread.postMessage({ id: this.#questions, name, values } satisfies Question);
    return answer.promise;
  }

  /** Waits for running work. */
  async close(): Promise<void> {
    if (!this.#thread) return;
    await this.ask("close");
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(new URL("./search-thread.ts", import.meta.url), {
      workerData: this.#settings,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    // The thread alone does not keep the process alive.
    thread.unref();
    thread.on("message", (answer: Answer) => this.#answered(answer));
    thread.on("error", (error) => this.#ended(thread, error));
    thread.on("exit", (code) => this.#ended(thread, new Error(`the search thread ended with code ${code}`)));
    return thread;
  }

  #answered({ id, value, error, removed }: Answer): void {
    if (removed)
      this.#log.error({ err: error }, "the search index is damaged, was removed and will be rebuilt");
    const answer = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(error);
  }

  #ended(thread: Worker, error: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const answer of this.#open.values()) answer.reject(error);
    this.#open.clear();
  }
}
