import {
  ConcurrencyLimiter,
  type ConcurrencyLimits,
} from "@orbital-witness/common/http/concurrency-limiter.ts";

export type DownloadLimits = {
  /** Limits of concurrent PDFs. Each keeps a page's picture in memory until the reader has received it. */
  pdf: ConcurrencyLimits;
  /** Limits of concurrent results in other formats. Each keeps the words of a page in memory. */
  text: ConcurrencyLimits;
  /**
   * How long a text waits for a slot, so that a client that fetches many small results at once gets them all.
   */
  textWaitMs: number;
  /** A download ends with an error when its reader takes nothing for this long. */
  idleMs: number;
};

/** Limits how many results are sent at once, and ends downloads that nobody reads. */
export class Downloads {
  readonly #pdf: ConcurrencyLimiter;
  readonly #text: ConcurrencyLimiter;
  readonly #textWaitMs: number;
  readonly #idleMs: number;

  constructor({ pdf, text, textWaitMs, idleMs }: DownloadLimits) {
    this.#pdf = new ConcurrencyLimiter(pdf);
    this.#text = new ConcurrencyLimiter(text);
    this.#textWaitMs = textWaitMs;
    this.#idleMs = idleMs;
  }

  get limiters(): { pdf: ConcurrencyLimiter; text: ConcurrencyLimiter } {
    return { pdf: this.#pdf, text: this.#text };
  }

  /**
   * Streams `parts` and holds one of the user's slots until the stream ends, fails or is cancelled. Throws
   * 503 when no slot is free.
   */
  beginPdf<T>(userId: number, parts: AsyncIterable<T>): AsyncIterable<T> {
    return this.#begin(parts, this.#pdf.acquire(userId));
  }

  /**
   * The same for another format, but waits for a slot for a short time. Throws 400 if `signal` aborts because
   * the client has disconnected.
   */
  async beginText<T>(
    userId: number,
    parts: AsyncIterable<T>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<T>> {
    return this.#begin(parts, await this.#text.acquireWithin(this.#textWaitMs, userId, signal));
  }

  /** Streams a file. No slot is needed, because this costs little. */
  beginFile<T>(parts: AsyncIterable<T>): AsyncIterable<T> {
    return this.#begin(parts, () => {});
  }

  #begin<T>(parts: AsyncIterable<T>, release: () => void): AsyncIterable<T> {
    const idleMs = this.#idleMs;
    const iterator = parts[Symbol.asyncIterator]();
    // Not a generator, because the `finally` of a generator does not run if nothing was read from it.
    const end = async (): Promise<IteratorResult<T>> => {
      clearTimeout(idle);
      try {
        await iterator.return?.();
      } finally {
        release();
      }
      return { done: true, value: undefined };
    };
    let isAbandoned = false;
    const abandon = () => {
      isAbandoned = true;
      // Nobody receives an error here. The broken connection shows the reader that the result is incomplete.
      end().catch(() => {});
    };
    const wait = () => setTimeout(abandon, idleMs).unref();
    let idle = wait();
    const next = async (): Promise<IteratorResult<T>> => {
      if (isAbandoned) throw new Error(`the reader took nothing for ${idleMs} ms`);
      clearTimeout(idle);
      try {
        const part = await iterator.next();
        if (part.done) return await end();
        idle = wait();
        return part;
      } catch (error) {
        release();
        throw error;
      }
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }
}
