import type { LogLine } from "../../pulumi/health/log-line.ts";

/** How long a line is held back, so that older ones of other containers come first. */
const holdMs = 300;

/** Puts the lines of several containers into the order of their times. */
export class LinesInOrder {
  readonly #show: (line: LogLine) => void;
  #held: { line: LogLine; heldAt: number }[] = [];

  constructor(show: (line: LogLine) => void) {
    this.#show = show;
  }

  add(line: LogLine): void {
    this.#held.push({ line, heldAt: Date.now() });
  }

  /** Shows the lines that were held long enough, or `all`. Calls it at intervals. */
  flush(all = false): void {
    const now = Date.now();
    const due = this.#held.filter(({ heldAt }) => all || heldAt <= now - holdMs);
    if (due.length === 0) return;
    // Lines that came later but are older than these go with them.
    const newest = Math.max(...due.map(({ line }) => line.at));
    const goes = this.#held.filter(({ line }) => line.at <= newest);
    this.#held = this.#held.filter(({ line }) => line.at > newest);
    for (const { line } of goes.toSorted((one, other) => one.line.at - other.line.at)) this.#show(line);
  }
}
