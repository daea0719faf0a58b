import { ErrorReply } from "redis";

/**
 * BullMQ asks for a job at least every 10 s while it waits for one, and a second later once more when the
 * connection for that does not answer. What takes longer is not waiting.
 */
const waitingMs = 12_000;

/** How often `beat` is to be called. */
export const beatMs = 5000;

/** A minute. */
export const silentBeatsLimit = 60_000 / beatMs;

/** Whether a worker really takes orders: by what its queue answers, not by what it is meant to do. */
export class Consumption {
  #busy = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #alive = false;
  #silentBeats = 0;

  /** The queue answered whether there is a job. */
  answered(): void {
    this.#askedAt = performance.now();
    this.#alive = true;
  }

  /** The asking failed. An answer of Redis, such as that it is full, still shows that the worker asks. */
  refused(error: unknown): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    if (error instanceof ErrorReply) this.#alive = true;
  }

  /** Runs an order, during which the queue is not asked. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work;
    } finally {
      this.#busy = false;
      this.answered();
    }
  }

  /** Whether it runs an order, or waits for one and would get it. */
  get consuming(): boolean {
    return this.#busy || performance.now() - this.#askedAt < waitingMs;
  }

  /**
   * Whether the worker is stuck: neither ran an order nor asked for one, not even in vain, for a minute
   * during which Redis answered. Counted in beats and not by the clock, which goes on while the process
   * itself is paused.
   */
  beat(redisAnswers: boolean): boolean {
    const silent = redisAnswers && !this.#alive && !this.#busy;
    this.#silentBeats = silent ? this.#silentBeats + 1 : 0;
    this.#alive = false;
    return this.#silentBeats >= silentBeatsLimit;
  }
}
