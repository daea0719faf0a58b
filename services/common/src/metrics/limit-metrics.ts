import type { ConcurrencyLimiter } from "../http/concurrency-limiter.ts";
import type { Metrics } from "./metrics.ts";

/** Tells how many requests a client has sent in the current window, as a share of its quota. */
export type QuotaObserver = (share: number) => void;

/** How much of each limit is in use: of quotas per client, and of slots for requests at once. */
export class LimitMetrics {
  readonly #shares;
  readonly #limits;
  readonly #limiters = new Map<string, ConcurrencyLimiter>();

  constructor(metrics: Metrics) {
    this.#shares = metrics.histogram({
      name: "quota_used_ratio",
      help: "Share of the client's quota that is used after each counted request; refused above 1",
      labels: ["quota"],
      buckets: [0.25, 0.5, 0.75, 0.9, 1],
    });
    this.#limits = metrics.gauge({
      name: "quota_limit",
      help: "Requests that one client may send per window",
      labels: ["quota"],
    });
    this.#addSlots(metrics);
  }

  /** `limit`: what one client may send per window. */
  quota(quota: string, limit: number): QuotaObserver {
    this.#limits.set({ quota }, limit);
    this.#shares.zero({ quota });
    return (share) => this.#shares.observe({ quota }, share);
  }

  slots(limiter: string, of: ConcurrencyLimiter): void {
    this.#limiters.set(limiter, of);
  }

  #addSlots(metrics: Metrics): void {
    const labels = ["limiter"] as const;
    const slots = metrics.gauge({ name: "slots", help: "Requests of a kind that may run at once", labels });
    const used = metrics.gauge({ name: "slots_used", help: "Requests of a kind that run", labels });
    const waiting = metrics.gauge({ name: "slots_waiting", help: "Requests that wait for a slot", labels });
    const refused = metrics.counter({
      name: "slots_refused_total",
      help: "Requests that were refused because no slot was free",
      labels,
    });
    metrics.beforeAnswer(() => {
      refused.reset();
      for (const [limiter, { use }] of this.#limiters) {
        slots.set({ limiter }, use.slots);
        used.set({ limiter }, use.used);
        waiting.set({ limiter }, use.waiting);
        refused.inc({ limiter }, use.refused);
      }
    });
  }
}
