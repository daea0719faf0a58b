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
}
