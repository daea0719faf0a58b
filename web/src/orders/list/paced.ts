/** Following changes takes at most this share of the time, which spares a busy server and a slow machine. */
const share = 0.05;

/** The pause in ms after work that took `tookMs`. */
export function pauseAfter(tookMs: number, leastMs: number, mostMs: number): number {
  return Math.min(mostMs, Math.max(leastMs, tookMs / share));
}

const longestMs = 1000;

/**
 * Hands things over to `draw`, the first at once and those that come soon after it together. The slower they
 * are drawn, the longer it waits.
 */
export class Paced<Thing> {
  readonly #draw: (things: readonly Thing[]) => void;
  #waiting: Thing[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #mayBeginAt = 0;

  constructor(draw: (things: readonly Thing[]) => void) {
    this.#draw = draw;
  }

  add(thing: Thing): void {
    this.#waiting.push(thing);
    this.#timer ??= setTimeout(() => void this.#drawAll(), Math.max(0, this.#mayBeginAt - performance.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  async #drawAll(): Promise<void> {
    const things = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    const began = performance.now();
    this.#draw(things);
    // Preact draws in a microtask that `draw` has queued.
    await Promise.resolve();
    const now = performance.now();
    this.#mayBeginAt = now + pauseAfter(now - began, 0, longestMs);
  }
}
