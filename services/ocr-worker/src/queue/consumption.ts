import { ErrorReply } from "redis";

/**
 * While BullMQ waits for a job, it asks for one at least every 10 s, and once more a second later if its
 * connection does not answer. After a longer silence it is not waiting.
 */
const waitingMs = 12_000;

/** The interval at which `beat` must be called. */
export const beatMs = 5000;

/** The number of beats in a minute. */
export const silentBeatsLimit = 60_000 / beatMs;

/** Tells whether a worker really takes orders, judged by the answers of its queue. */
export class Consumption {
  #busy = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #alive = false;
  #silentBeats = 0;

  /** The queue answered, with or without a job. */
  answered(): void {
    this.#askedAt = performance.now();
    this.#alive = true;
  }

  /**
   * The request for a job failed. An error reply from Redis, such as that it is full, still shows that the
   * worker asks.
   */
  refused(error: unknown): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    if (error instanceof ErrorReply) this.#alive = true;
  }

  /** Runs an order. The queue is not asked meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work;
    } finally {
      this.#busy = false;
      this.answered();
    }
  }

  /** Whether the worker runs an order, or waits for one and would get it. */
  get consuming(): boolean {
    return this.#busy || performance.now() - this.#askedAt < waitingMs;
  }

  /**
   * Whether the worker is stuck: for a minute during which Redis answered, it neither ran an order nor asked
   * for one, not even unsuccessfully. The minute is counted in beats and not by the clock, because the clock
   * continues while the process itself is paused.
   */
  beat(redisAnswers: boolean): boolean {
    const silent = redisAnswers && !this.#alive && !this.#busy;
    this.#silentBeats = silent ? this.#silentBeats + 1 : 0;
    this.#alive = false;
    return this.#silentBeats >= silentBeatsLimit;
  }
}
