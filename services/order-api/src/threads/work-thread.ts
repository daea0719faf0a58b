import { Worker } from "node:worker_threads";

/** What a thread can do, by name. */
// biome-ignore lint/suspicious/noExplicitAny: each piece of work has its own arguments.
export type Work = Record<string, (...values: any[]) => Promise<unknown>>;

export type Question = { id: number; name: string; values: unknown[] };
/** `removed`: the thread's database was damaged and is removed. The next request creates a new one. */
export type Answer = { id: number; value?: unknown; error?: unknown; removed?: boolean };

export type ThreadOptions = {
  file: URL;
  settings: unknown;
  heapMegabytes: number;
  /** Called when the thread has removed its damaged database. */
  onRemoved(error: unknown): void;
};

/** Work in a separate thread, which is started when needed and again after it has died. */
export class WorkThread<Tasks extends Work> {
  readonly #options: ThreadOptions;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #thread: Worker | undefined;
  #questions = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Rejects with the error of the work, or with the error that ended the thread. */
  ask<Name extends keyof Tasks & string>(
    name: Name,
    ...values: Parameters<Tasks[Name]>
  ): ReturnType<Tasks[Name]>;
  ask(name: string, ...values: unknown[]): Promise<unknown> {
    this.#thread ??= this.#start();
    this.#questions += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(this.#questions, answer);
    this.#thread.postMessage({ id: this.#questions, name, values } satisfies Question);
    return answer.promise;
  }

  /** Does the work `name` last, which may close a database, and ends the thread. */
  async close<Name extends keyof Tasks & string>(
    name: Name,
    ...values: Parameters<Tasks[Name]>
  ): Promise<void> {
    if (!this.#thread) return;
    await this.ask(name, ...values);
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const { file, settings, heapMegabytes } = this.#options;
    const thread = new Worker(file, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    // The thread alone does not keep the process alive.
    thread.unref();
    thread.on("message", (answer: Answer) => this.#answered(answer));
    thread.on("error", (error) => this.#ended(thread, error));
    thread.on("exit", (code) => this.#ended(thread, new Error(`the thread ended with code ${code}`)));
    return thread;
  }

  #answered({ id, value, error, removed }: Answer): void {
    if (removed) this.#options.onRemoved(error);
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
