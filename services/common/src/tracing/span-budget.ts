/**
 * How many requests a second begin a span, in each process. A span costs a third of the processor time of
 * accepting an order. Workers read fewer orders than this, so that only bursts exceed it.
 */
const mostPerSecond = 50;

/** Limits the requests that begin a span, so that a burst of orders is accepted as fast as without spans. */
export class SpanBudget {
  readonly #now: () => number;
  #second = 0;
  #begun = 0;

  /** `now`: the time in ms, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether one more request may begin a span. */
  take(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#begun = 0;
    }
    if (this.#begun >= mostPerSecond) return false;
    this.#begun++;
    return true;
  }
}
