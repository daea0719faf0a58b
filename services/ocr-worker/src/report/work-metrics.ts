import type { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { type FailureCode, failureCodeSchema } from "../failure.ts";
import { type PageStep, pageSteps } from "../page-process/step-times.ts";

/** What a worker does to a document as a whole, before its pages. */
export const documentSteps = ["fetch", "inspect", "outline"] as const;
export type DocumentStep = (typeof documentSteps)[number];

const stepBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Tells the memory of the worker with its page process, which `memoryBytes` reads. */
export function addMemoryMetric(metrics: Metrics, memoryBytes: () => Promise<number | undefined>): void {
  const memory = metrics.gauge({
    name: "worker_memory_bytes",
    help: "Resident memory of a worker with its page process",
  });
  metrics.beforeAnswer(async () => memory.set((await memoryBytes()) ?? 0));
}

/** What one worker did since its start. */
export class WorkMetrics {
  readonly #pages;
  readonly #pageSteps;
  readonly #documentSteps;
  readonly #confidence;
  readonly #failures;
  readonly #takeovers;
  readonly #orders;

  constructor(metrics: Metrics) {
    this.#pages = metrics.histogram({
      name: "page_duration_seconds",
      help: "Time to read a page",
      buckets: stepBuckets,
    });
    this.#pageSteps = metrics.histogram({
      name: "page_step_duration_seconds",
      help: "Time of each step of reading a page",
      labels: ["step"],
      buckets: stepBuckets,
    });
    this.#documentSteps = metrics.histogram({
      name: "document_step_duration_seconds",
      help: "Time of each step that a document as a whole needs",
      labels: ["step"],
      buckets: stepBuckets,
    });
    this.#confidence = metrics.histogram({
      name: "page_confidence_ratio",
      help: "How sure the recognition was of a page with recognised words, from 0 to 1",
      buckets: [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95],
    });
    this.#failures = metrics.counter({
      name: "failed_attempts_total",
      help: "Failed attempts at orders and pages, also those that are tried again",
      labels: ["reason"],
    });
    this.#takeovers = metrics.counter({
      name: "takeovers_total",
      help: "Orders and pages of a lost worker that this worker put back into the queue",
      labels: ["of"],
    });
    this.#orders = metrics.counter({ name: "orders_ended_total", help: "Orders completed or failed" });
    for (const step of pageSteps) this.#pageSteps.zero({ step });
    for (const step of documentSteps) this.#documentSteps.zero({ step });
    for (const reason of failureCodeSchema.options) this.#failures.inc({ reason }, 0);
    for (const what of ["order", "page"]) this.#takeovers.inc({ of: what }, 0);
  }

  /** `confidence`: from 0 to 100, or null if no word was recognised. Times are in ms. */
  pageRead(ms: number, steps: Partial<Record<PageStep, number>>, confidence: number | null): void {
    this.#pages.observe(ms / 1000);
    for (const step of pageSteps) {
      const took = steps[step];
      if (took !== undefined) this.#pageSteps.observe({ step }, took / 1000);
    }
    if (confidence !== null) this.#confidence.observe(confidence / 100);
  }

  documentStep(step: DocumentStep, ms: number): void {
    this.#documentSteps.observe({ step }, ms / 1000);
  }

  attemptFailed(reason: FailureCode): void {
    this.#failures.inc({ reason });
  }

  takenOver(of: "order" | "page"): void {
    this.#takeovers.inc({ of });
  }

  orderEnded(): void {
    this.#orders.inc();
  }
}
