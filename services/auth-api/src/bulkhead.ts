import { Problem } from "@orbital-witness/common/http/problem.ts";

export type BulkheadOptions = {
  /** How many run at once. */
  running: number;
  /** How many more wait for their turn. */
  waiting: number;
  /** How many of those may be one client's. */
  waitingOfOne: number;
};

/** Bounds work that is dear, so that a flood of it leaves the rest of the process alone. First come, first served. */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  #running = 0;
  /** Those that wait, longest first, each with whose it is. */
  readonly #waiting = new Map<() => void, string>();

  constructor(options: BulkheadOptions) {
    this.#options = options;
  }

  /**
   * The work's outcome, once it was its turn. Throws 503 when too many wait already, in all or of this client, and 400, the
   * work not begun, when the signal says that whoever wanted it has gone.
   */
  async run<T>(client: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(client, signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(client: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw clientGone();
    if (this.#running < this.#options.running) {
      this.#running++;
      return;
    }
    if (this.#isFullFor(client)) {
      throw new Problem(503, "busy", "Too many wait for this already; try again shortly.", {
        headers: { "Retry-After": "1" },
      });
    }
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      if (this.#waiting.delete(turn.resolve)) turn.reject(clientGone());
    };
    this.#waiting.set(turn.resolve, client);
    signal.addEventListener("abort", giveUp, { once: true });
    await turn.promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  #isFullFor(client: string): boolean {
    const { waiting, waitingOfOne } = this.#options;
    const its = [...this.#waiting.values()].filter((other) => other === client).length;
    return this.#waiting.size >= waiting || its >= waitingOfOne;
  }

  /** The place passes to who waits longest. */
  #leave(): void {
    const [next] = this.#waiting.keys();
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

function clientGone(): Problem {
  return new Problem(400, "client_gone", "The client went away before its turn.");
}
