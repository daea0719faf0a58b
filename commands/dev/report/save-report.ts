import type { StartFailure } from "./start-failure.ts";

/** A save that a service has not answered yet. */
interface OpenSave {
  readonly save: number;
  /** What was saved, for people. */
  readonly what: string;
  /** Unix time in ms. */
  readonly at: number;
  /** Containers that do not run it yet. */
  readonly waiting: Set<string>;
}

/** Follows each save until every container of a service runs it, and prints one line for it. */
export class SaveReport {
  readonly #print: (text: string) => void;
  readonly #containers: ReadonlyMap<string, readonly string[]>;
  readonly #open = new Map<string, OpenSave>();

  /** @param containers the names of each service's containers */
  constructor(containers: ReadonlyMap<string, readonly string[]>, print: (text: string) => void) {
    this.#containers = containers;
    this.#print = print;
  }

  /** A later save of the same service takes the place of an earlier one. */
  saved(service: string, save: number, what: string, at: number): void {
    const waiting = new Set(this.#containers.get(service));
    this.#open.set(service, { save, what, at, waiting });
  }

  ready(service: string, container: string, save: number, now: number): void {
    const open = this.#open.get(service);
    if (open === undefined || save < open.save) return;
    open.waiting.delete(container);
    if (open.waiting.size > 0) return;
    this.#open.delete(service);
    this.#print(`• ${this.#named(service)} live again after ${duration(now - open.at)} (${open.what})`);
  }

  /** Only the first of a service's containers is shown, because the others fail alike. */
  failed(service: string, failure: StartFailure): void {
    const open = this.#open.get(service);
    this.#open.delete(service);
    // Another container of the service has failed alike, or it runs a save that is out of date.
    if (open === undefined) return;
    this.#print(failureText(service, failure));
  }

  #named(service: string): string {
    const count = this.#containers.get(service)?.length ?? 1;
    return count === 1 ? `${service} is` : `${service} (${count} containers) is`;
  }
}

/** "812 ms", "1.9 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function failureText(service: string, { place, code, message }: StartFailure): string {
  const lines = [...code.map((line) => `    ${line}`), `    ${message}`];
  return [
    `✗ ${service} does not start${place === undefined ? "" : `: ${place}`}`,
    ...lines,
    "  Requests wait up to 15 s for it. It starts again when you save a file that it imports.",
  ].join("\n");
}
