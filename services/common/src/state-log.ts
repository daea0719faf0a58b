import type { Log } from "./log.ts";

/**
 * Logs the change of a state and not each repetition: a connection that retries twice a second for an hour
 * is two lines, one when it went and one when it came back.
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

  /** Does work that will be done again: where it fails it is logged so, and nothing is thrown. */
  async watch(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.recovered();
    } catch (error) {
      this.failed(error);
    }
  }
}
