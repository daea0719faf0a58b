import {
  addFailure,
  addPage,
  noFigures,
  type WorkerReport,
  type WorkFigures,
} from "@orbital-witness/common/stack/worker-reports.ts";
import type { FailureCode } from "../failure.ts";
import type { PageRead } from "../page-process/page-reader.ts";
import type { DocumentStep, WorkMetrics } from "./work-metrics.ts";

const minuteMs = 60_000;

/** Counts what a worker does, until it is reported, and for its metrics. */
export class WorkTally {
  #figures = noFigures();
  /** When the pages of the last minute ended, oldest first. */
  #ends: number[] = [];
  #source: WorkerReport["source"];

  readonly #metrics: WorkMetrics | undefined;

  constructor(metrics?: WorkMetrics) {
    this.#metrics = metrics;
  }

  /** `ms`: how long it took, with the way to the process that reads pages. */
  pageRead(ms: number, { steps, confidence }: Pick<PageRead, "steps" | "confidence">): void {
    addPage(this.#figures, ms);
    this.#metrics?.pageRead(ms, steps, confidence);
    this.#ends.push(performance.now());
    this.#forget();
  }

  /** An attempt at an order or a page failed. It may be tried again. */
  attemptFailed(code: FailureCode): void {
    addFailure(this.#figures, code);
    this.#metrics?.attemptFailed(code);
  }

  /** What a lost worker had was put back into the queue. It counts as a failed attempt. */
  takenOver(of: "order" | "page"): void {
    this.attemptFailed("worker_lost");
    this.#metrics?.takenOver(of);
  }

  /** Does `work`, which is a step of a document. Counts its time if it succeeds. */
  async timed<T>(step: DocumentStep, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const done = await work();
    this.#metrics?.documentStep(step, performance.now() - started);
    return done;
  }

  /** An order was completed or failed. */
  orderEnded(): void {
    this.#figures.orders++;
    this.#metrics?.orderEnded();
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
