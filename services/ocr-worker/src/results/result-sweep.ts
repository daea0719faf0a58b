import type { Log } from "@orbital-witness/common/log.ts";
import { hasEnded, orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";

const minuteMs = 60_000;
const sweepMs = 10 * minuteMs;
/** Files of an order that Redis does not know are left alone for so long. */
const unknownMs = 60 * minuteMs;

/** Removes the files that no order needs any more, at the start and every ten minutes; several workers may do so at once. */
export class ResultSweep {
  readonly #results: ResultStore;
  readonly #store: OrderStore;
  readonly #log: Log;
  readonly #stopped = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor(results: ResultStore, store: OrderStore, log: Log) {
    this.#results = results;
    this.#store = store;
    this.#log = log;
    const state = new StateLog(log, "the sweep of the results");
    const sweep = () => state.watch(() => this.#sweep());
    this.#sweeping = sweep().then(() => repeat(sweepMs, this.#stopped.signal, sweep));
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    let removed = 0;
    const failures: unknown[] = [];
    for (const name of await this.#results.orders()) {
      if (this.#stopped.signal.aborted) break;
      if (!orderIdSchema.safeParse(name).success) continue;
      try {
        removed += await sweepOrder(this.#results, this.#store, name);
      } catch (error) {
        // One that cannot be swept must not keep the files of all the others.
        failures.push(error);
      }
    }
    if (removed > 0) this.#log.info({ removed }, "files that no order needs any more are removed");
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Removes an order's files where Redis has known nothing of it for an hour, and of one that ended all but its result. Returns how many attempts
 * or whole orders it removed.
 */
export async function sweepOrder(results: ResultStore, store: OrderStore, orderId: string): Promise<number> {
  const order = await store.find(orderId);
  if (!order) {
    const attemptedAt = await results.attemptedAt(orderId);
    if (attemptedAt === undefined || attemptedAt > Date.now() - unknownMs) return 0;
    await results.removeOrder(orderId);
    return 1;
  }
  if (!hasEnded(order.status)) return 0;
  const { attempt: last, result_attempt } = order;
  // What is later belongs to a retry that came in between.
  const attempts = (await results.attempts(orderId)).filter((attempt) => attempt <= last);
  const unneeded = attempts.filter((attempt) => attempt !== result_attempt);
  await Promise.all(unneeded.map((attempt) => results.removeAttempt({ order_id: orderId, attempt })));
  return unneeded.length;
}
