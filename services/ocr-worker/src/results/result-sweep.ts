import type { Log } from "@orbital-witness/common/log.ts";
import { removeUnneeded } from "@orbital-witness/common/orders/ended/order-archive.ts";
import type { OrderEnd } from "@orbital-witness/common/orders/held-orders.ts";
import { hasEnded, orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { sweepUploads } from "./upload-sweep.ts";

const minuteMs = 60_000;
const sweepMs = 10 * minuteMs;
/** The lease of the sweeping worker. After this time without a sweep another worker may take over. */
const sweeperMs = 15 * minuteMs;
/** How long the files of an order that Redis does not know are kept. */
const unknownMs = 60 * minuteMs;
/** How long after an order was archived a worker that lost it may still write files of it. */
const lateFilesMs = 60 * minuteMs;
/** The number of orders looked up in one call. */
const batch = 500;

/** `name`: the worker's name. */
export type SweepTools = {
  name: string;
  results: ResultStore;
  store: OrderStore;
  attempts: OrderAttempts;
  uploads: UploadStore;
};

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
    const swept = await Promise.allSettled([
      ...[this.#sweepFiles(), this.#sweepUploads(), store.lists.forgetExpired()],
    ]);
    for (const part of swept) if (part.status === "rejected") throw part.reason;
  }

  async #sweepUploads(): Promise<void> {
    const removed = await sweepUploads(this.#tools);
    if (removed > 0) this.#log.info({ removed }, "uploaded documents that no order needs are removed");
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
      const ends = await store.held.ends(ids);
      for (const [index, order] of ids.entries()) {
        try {
          removed += await sweepOrder(this.#tools, order, ends[index]);
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
 * Removes the files of an order that nobody needs. `end`: how far the order is if Redis holds it. Redis does
 * not hold an order that is archived, or that does not exist. Returns the number of removed attempts or whole
 * orders.
 */
export async function sweepOrder(
  { results, store }: Pick<SweepTools, "results" | "store">,
  orderId: string,
  end: OrderEnd | "unreadable" | undefined,
): Promise<number> {
  if (end === "unreadable") throw new Error(`the record of the order ${orderId} cannot be read`);
  if (end) return hasEnded(end.status) ? removeUnneeded(results, { order_id: orderId, ...end }) : 0;
  const savedMs = await store.ended.savedMs(orderId);
  if (savedMs === undefined) return sweepUnknown(results, orderId);
  // Between the two, an archived order has nothing to remove.
  const age = Date.now() - savedMs;
  if (age > lateFilesMs && age < store.ended.retentionMs) return 0;
  const kept = await store.ended.kept(orderId);
  if (!kept) return 0;
  const { record } = kept.order;
  if (!kept.isExpired) return removeUnneeded(results, record);
  // It may have been retried just before it expired.
  if ((await store.held.find(orderId)) !== undefined) return 0;
  await results.removeOrder(orderId);
  await store.lists.forget(record.user_id, orderId);
  return 1;
}

/** Removes the files of an order that does not exist, an hour after its last attempt began. */
async function sweepUnknown(results: ResultStore, orderId: string): Promise<number> {
  const attemptedAt = await results.attemptedAt(orderId);
  if (attemptedAt === undefined || attemptedAt > Date.now() - unknownMs) return 0;
  await results.removeOrder(orderId);
  return 1;
}
