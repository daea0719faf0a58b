import {
  addFailure,
  addPage,
  noFigures,
  type WorkerReport,
  type WorkFigures,
} from "@orbital-witness/common/stack/worker-reports.ts";
import type { FailureCode } from "../failure.ts";

const minuteMs = 60_000;

/** Counts what a worker does, until it is reported. */
export class WorkTally {
  #figures = noFigures();
  /** When the pages of the last minute ended, oldest first. */
  #ends: number[] = [];
  #source: WorkerReport["source"];

  pageRead(ms: number): void {
    addPage(this.#figures, ms);
    this.#ends.push(performance.now());
    this.#forget();
  }

  /** An attempt at an order or a page failed. It may be tried again. */
  attemptFailed(code: FailureCode): void {
    addFailure(this.#figures, code);
  }

  /** An order was completed or failed. */
  orderEnded(): void {
    this.#figures.orders++;
  }

  /** The document source was needed, and answered or did not. */
  sourceUsed(answers: boolean): void {
    this.#source = { answers, at_ms: Date.now() };
  }

  get isEmpty(): boolean {
    const { pages, orders, failures } = this.#figures;
    return pages === 0 && orders === 0 && failures.size === 0;
  }

  get pagesPerMinute(): number {
    this.#forget();
    return this.#ends.length;
  }

  get source(): WorkerReport["source"] {
    return this.#source;
  }

  /** Returns what was counted since the last call. */
  take(): WorkFigures {
    const figures = this.#figures;
    this.#figures = noFigures();
    return figures;
  }

  #forget(): void {
    const since = performance.now() - minuteMs;
    const kept = this.#ends.findIndex((end) => end > since);
    if (kept !== 0) this.#ends = kept < 0 ? [] : this.#ends.slice(kept);
  }
}
