import { repeat } from "@orbital-witness/common/repeat.ts";
import type { StateLog } from "@orbital-witness/common/state-log.ts";

const lookMs = 1000;

/** The order or page no longer belongs to this worker: it was cancelled, revoked or given to another one. */
export class AttemptLost extends Error {
  override readonly name = "AttemptLost";

  constructor() {
    super("the order was cancelled, revoked or taken over");
  }
}

/** Spans of work that is handed back have this name as the reason. */
export class WorkerStopping extends Error {
  override readonly name = "WorkerStopping";

  constructor() {
    super("the worker is stopping");
  }
}

/**
 * Checks every second that a worker still has its order or page, which also renews its lease. `signal` aborts
 * with an AttemptLost.
 */
export class AttemptWatch {
  readonly #lost = new AbortController();
  readonly #closed = new AbortController();

  /** `hold` returns "lost" once the work belongs to somebody else. */
  constructor(hold: () => Promise<"held" | "lost">, state: StateLog) {
    const look = async () => {
      if ((await hold()) === "lost" && !this.#closed.signal.aborted) this.#lost.abort(new AttemptLost());
    };
    repeat(lookMs, this.#closed.signal, () => state.watch(look)).catch((error: unknown) =>
      state.failed(error),
    );
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  close(): void {
    this.#closed.abort();
  }
}
