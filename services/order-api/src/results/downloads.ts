import {
  ConcurrencyLimiter,
  type ConcurrencyLimits,
} from "@orbital-witness/common/http/concurrency-limiter.ts";

/** `idleMs`: how long a reader may take nothing. */
export type DownloadLimits = ConcurrencyLimits & { idleMs: number };

/** Bounds what is held for as long as its reader takes. */
export class Downloads {
  readonly #limiter: ConcurrencyLimiter;
  readonly #idleMs: number;

  constructor({ idleMs, ...limits }: DownloadLimits) {
    this.#limiter = new ConcurrencyLimiter(limits);
    this.#idleMs = idleMs;
  }

  /**
   * Streams `parts` and holds one of the user's slots until the stream ends, fails or is cancelled. Throws 503 when no
   * slot is free.
   */
  beginLarge<T>(userId: number, parts: AsyncIterable<T>): AsyncIterable<T> {
    return this.#begin(parts, this.#limiter.acquire(userId));
  }

  /** The parts of one that costs too little to be counted. */
  begin<T>(parts: AsyncIterable<T>): AsyncIterable<T> {
    return this.#begin(parts, () => {});
  }

  #begin<T>(parts: AsyncIterable<T>, leave: () => void): AsyncIterable<T> {
    const idleMs = this.#idleMs;
    const iterator = parts[Symbol.asyncIterator]();
    // Not a generator, whose `finally` does not run where nothing of it was taken.
    const end = async (): Promise<IteratorResult<T>> => {
      clearTimeout(idle);
      try {
        await iterator.return?.();
      } finally {
        leave();
      }
      return { done: true, value: undefined };
    };
    let isAbandoned = false;
    const abandon = () => {
      isAbandoned = true;
      // What went wrong with its end is nobody's concern: the reader is told that it broke off.
      end().catch(() => {});
    };
    const wait = () => setTimeout(abandon, idleMs).unref();
    let idle = wait();
    const next = async (): Promise<IteratorResult<T>> => {
      if (isAbandoned) throw new Error(`nothing was taken for ${idleMs} ms`);
      clearTimeout(idle);
      try {
        const part = await iterator.next();
        if (part.done) return await end();
        idle = wait();
        return part;
      } catch (error) {
        leave();
        throw error;
      }
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }
}
