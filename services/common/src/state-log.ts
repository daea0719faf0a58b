import type { Log } from "./log.ts";

/**
 * Logs changes of a state, not repetitions. A connection that fails twice a second for an hour gives two
 * lines: one when it broke and one when it recovered.
 */
export class StateLog {
  readonly #log: Log;
  readonly #what: string;
  #failing = false;

  constructor(log: Log, what: string) {
    this.#log = log;
    this.#what = what;
  }

  failed(err: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log.warn({ err }, `${this.#what} fails`);
  }

  recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#log.info(`${this.#what} works again`);
  }

  /** Runs work that will be repeated. Logs a failure instead of throwing it. */
  async watch(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.recovered();
    } catch (error) {
      this.failed(error);
    }
  }
}
