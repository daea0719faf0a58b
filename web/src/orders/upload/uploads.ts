import { ApiError, errorText } from "../../api/api-error.ts";
import type { UploadOptions } from "../../api/upload.ts";

/** A file that is on its way. `share`: how much of it was sent, from 0 to 1. */
export type Upload = {
  readonly key: string;
  readonly file: File;
  state: "waiting" | "sending" | "refused";
  share: number;
  /** Why it was refused, or why it waits for the next try. */
  message: string | undefined;
};

type Send = (file: File, options: UploadOptions) => Promise<void>;

/** Files that are sent at the same time. The browser keeps other connections for the rest of the page. */
const atOnce = 3;

/** The files that this tab uploads. They go on while the user looks at other views. */
export class Uploads {
  readonly #send: Send;
  readonly #listeners = new Set<() => void>();
  readonly #pause: (ms: number) => Promise<unknown>;
  #list: readonly Upload[] = [];
  #running = 0;

  constructor(send: Send, pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))) {
    this.#send = send;
    this.#pause = pause;
  }

  /** Those that have not been accepted yet, in their order. */
  get list(): readonly Upload[] {
    return this.#list;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(files: readonly File[]): void {
    const added = files.map(
      (file): Upload => ({
        ...{ key: crypto.randomUUID(), file, state: "waiting", share: 0, message: undefined },
      }),
    );
    this.#set([...this.#list, ...added]);
    while (this.#running < atOnce && this.#next() !== undefined) void this.#work();
  }

  /** Forgets a file that was refused. */
  dismiss(key: string): void {
    this.#set(this.#list.filter((upload) => upload.key !== key));
  }

  /** Forgets all files. Those that are being sent now may still be accepted. */
  clear(): void {
    this.#set([]);
  }

  async #work(): Promise<void> {
    this.#running++;
    for (let upload = this.#next(); upload; upload = this.#next())
      await this.#deliver(upload.key, upload.file);
    this.#running--;
  }

  #next(): Upload | undefined {
    return this.#list.find(({ state }) => state === "waiting");
  }

  /** Sends the file until it is accepted or refused. A server that is away or busy is asked again. */
  async #deliver(key: string, file: File): Promise<void> {
    while (this.#list.some((upload) => upload.key === key)) {
      this.#change(key, { state: "sending", share: 0 });
      try {
        const onProgress = (share: number) => this.#change(key, { share, message: undefined });
        await this.#send(file, { key, onProgress });
        return this.dismiss(key);
      } catch (error) {
        const message = errorText(error);
        // A session that has ended is begun again by the form over the page.
        const mayPass = error instanceof ApiError && (error.mayPass || error.status === 401);
        if (!mayPass) return this.#change(key, { state: "refused", message });
        this.#change(key, { message });
        await this.#pause((error.retrySeconds ?? 2) * 1000);
      }
    }
  }

  #change(key: string, change: Partial<Upload>): void {
    this.#set(this.#list.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)));
  }

  #set(list: readonly Upload[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}
