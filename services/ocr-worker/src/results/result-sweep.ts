import type { Log } from "@orbital-witness/common/log.ts";
import { hasEnded, orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderEnd, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";

const minuteMs = 60_000;
const sweepMs = 10 * minuteMs;
/** A worker that has not swept for so long is replaced by another. */
const sweeperMs = 15 * minuteMs;
/** Files of an order that Redis does not know are left alone for so long. */
const unknownMs = 60 * minuteMs;
/** How many orders are looked up at once. */
const batch = 500;

/** `name`: the worker's. */
export type SweepTools = { name: string; results: ResultStore; store: OrderStore; attempts: OrderAttempts };

/**
 * Removes the files that no order needs any more, at the start and every ten minutes. One worker of all does
 * so.
 */
export class ResultSweep {
  readonly #tools: SweepTools;
  readonly #log: Log;
  readonly #stopped = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor(tools: SweepTools, log: Log) {
    this.#tools = tools;
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
    const { name, results, store, attempts } = this.#tools;
    if (!(await attempts.maySweep(name, sweeperMs))) return;
    const orders = (await results.orders()).filter((order) => orderIdSchema.safeParse(order).success);
    let removed = 0;
    const failures: unknown[] = [];
    for (let from = 0; from < orders.length && !this.#stopped.signal.aborted; from += batch) {
      // Repeated, so that a long sweep stays this worker's.
      if (from > 0 && !(await attempts.maySweep(name, sweeperMs))) break;
      const ids = orders.slice(from, from + batch);
      const ends = await store.ends(ids);
      for (const [index, order] of ids.entries()) {
        try {
          removed += await sweepOrder(results, order, ends[index]);
        } catch (error) {
          // One that cannot be swept must not keep the files of all the others.
          failures.push(error);
        }
      }
    }
    if (removed > 0) this.#log.info({ removed }, "files that no order needs any more are removed");
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Removes the files of an order that Redis has not known for an hour (`end` is undefined), and of one that
 * ended all but its result. Returns how many attempts or whole orders it removed.
 */
export async function sweepOrder(
  results: ResultStore,
  orderId: string,
  end: OrderEnd | "unreadable" | undefined,
): Promise<number> {
  if (end === "unreadable") throw new Error(`the record of the order ${orderId} cannot be read`);
  if (!end) {
    const attemptedAt = await results.attemptedAt(orderId);
    if (attemptedAt === undefined || attemptedAt > Date.now() - unknownMs) return 0;
    await results.removeOrder(orderId);
    return 1;
  }
  if (!hasEnded(end.status)) return 0;
  const { attempt: last, result_attempt } = end;
  // Later attempts belong to a retry that came in between.
  const attempts = (await results.attempts(orderId)).filter((attempt) => attempt <= last);
  const unneeded = attempts.filter((attempt) => attempt !== result_attempt);
  await Promise.all(unneeded.map((attempt) => results.removeAttempt({ order_id: orderId, attempt })));
  return unneeded.length;
}
