import { Problem } from "@orbital-witness/common/problem.ts";

export type DownloadLimits = {
  atOnce: number;
  ofOneUser: number;
  /** How long a reader may take nothing. */
  idleMs: number;
};

/** Bounds what holds memory for as long as its reader takes. */
export class Downloads {
  readonly #limits: DownloadLimits;
  readonly #open = new Set<{ userId: number }>();

  constructor(limits: DownloadLimits) {
    this.#limits = limits;
  }

  /**
   * The parts, as a download of the user's until they are all taken, break off or are not wanted any more, though none was. Throws 503 where there
   * are too many.
   */
  begin<T>(userId: number, parts: AsyncIterable<T>): AsyncIterable<T> {
    const { atOnce, ofOneUser, idleMs } = this.#limits;
    const its = [...this.#open].filter((other) => other.userId === userId).length;
    if (this.#open.size >= atOnce || its >= ofOneUser) throw busy();
    const download = { userId };
    this.#open.add(download);
    const iterator = parts[Symbol.asyncIterator]();
    // Not a generator, whose `finally` does not run where nothing of it was taken.
    const end = async (): Promise<IteratorResult<T>> => {
      clearTimeout(idle);
      try {
        await iterator.return?.();
      } finally {
        this.#open.delete(download);
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
        this.#open.delete(download);
        throw error;
      }
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }
}

function busy(): Problem {
  const detail =
    "Too many such downloads are under way. Try again when one of yours is done, or in a moment.";
  return new Problem(503, "busy", detail, { headers: { "Retry-After": "5" } });
}
