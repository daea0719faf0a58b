import type { Log } from "@orbital-witness/common/log.ts";
import { hasEnded, orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderEnd, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";

const minuteMs = 60_000;
const sweepMs = 10 * minuteMs;
/** The lease of the sweeping worker. After this time without a sweep another worker may take over. */
const sweeperMs = 15 * minuteMs;
/** How long the files of an order that Redis does not know are kept. */
const unknownMs = 60 * minuteMs;
/** The number of orders looked up in one call. */
const batch = 500;

/** `name`: the worker's name. */
export type SweepTools = { name: string; results: ResultStore; store: OrderStore; attempts: OrderAttempts };

/**
 * Removes the files that no order needs any more, and the expired orders from the lists of their users, at
 * the start and every ten minutes. Only one worker of the stack does so at a time.
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
    const { name, store, attempts } = this.#tools;
    if (!(await attempts.maySweep(name, sweeperMs))) return;
    const swept = await Promise.allSettled([this.#sweepFiles(), store.forgetExpired()]);
    for (const part of swept) if (part.status === "rejected") throw part.reason;
  }

  async #sweepFiles(): Promise<void> {
    const { name, results, store, attempts } = this.#tools;
    const orders = (await results.orders()).filter((order) => orderIdSchema.safeParse(order).success);
    let removed = 0;
    const failures: unknown[] = [];
    for (let from = 0; from < orders.length && !this.#stopped.signal.aborted; from += batch) {
      // Renews the lease during a long sweep.
      if (from > 0 && !(await attempts.maySweep(name, sweeperMs))) break;
      const ids = orders.slice(from, from + batch);
      const ends = await store.ends(ids);
      for (const [index, order] of ids.entries()) {
        try {
          removed += await sweepOrder(results, order, ends[index]);
        } catch (error) {
          // One order that cannot be swept must not keep the others from being swept.
          failures.push(error);
        }
      }
    }
    if (removed > 0) this.#log.info({ removed }, "files that no order needs any more are removed");
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Removes all files of an order that Redis has not known for an hour (`end` is undefined). Of an order that
 * ended, removes everything but its result. Returns the number of removed attempts or whole orders.
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
