import type { Log } from "./log.ts";

/**
 * Logs changes of a state, not repetitions: a connection that fails twice a second for an hour is two lines,
 * one when it broke and one when it was back.
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
    this.#log.warn({ err }, `${this.#what} does not answer`);
  }

  recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#log.info(`${this.#what} answers again`);
  }

  /** Runs work that will be repeated. A failure is logged, not thrown. */
  async watch(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.recovered();
    } catch (error) {
      this.failed(error);
    }
  }
}
