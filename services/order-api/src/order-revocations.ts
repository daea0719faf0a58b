import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { OrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";

const firstPauseMs = 100;
const longestPauseMs = 5000;
const atOnce = 100;
/**
 * Orders beyond these are not taken back. The deadline in its record ends one that was not confirmed; one that was,
 * and whose answer got lost, has no deadline any more: it remains and runs.
 */
const most = 10_000;

/**
 * Takes back orders that were answered 503, as soon as Redis answers. Without it a confirmation whose answer got lost
 * would leave an order that its customer does not know of.
 */
export class OrderRevocations {
  readonly #store: OrderStore;
  readonly #queue: OrderQueue;
  readonly #log: Log;
  readonly #owed = new Set<string>();
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(store: OrderStore, queue: OrderQueue, log: Log) {
    this.#store = store;
    this.#queue = queue;
    this.#log = log;
  }

  add(orderId: string): void {
    if (this.#owed.size >= most) {
      this.#log.error(
        { order_id: orderId },
        "too many orders to revoke, this one remains if it was confirmed",
      );
      return;
    }
    this.#owed.add(orderId);
    if (this.#owed.size === 1) this.#running = this.#run();
  }

  /** Resolves when nothing is owed, or after `stop`. */
  settled(): Promise<void> {
    return this.#running;
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#owed.size > 0)
      this.#log.error({ order_ids: [...this.#owed] }, "stopped before these were revoked");
  }

  async #run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!this.#stopped.signal.aborted) {
      const next = [...this.#owed].slice(0, atOnce);
      if (next.length === 0) return;
      try {
        await Promise.all(next.map((orderId) => this.#revoke(orderId)));
        pauseMs = firstPauseMs;
      } catch (err) {
        if (pauseMs === firstPauseMs)
          this.#log.warn({ err, owed: this.#owed.size }, "orders wait to be revoked");
        await pause(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  async #revoke(orderId: string): Promise<void> {
    await this.#store.revoke(orderId);
    // It removes nothing where a worker holds the job: that one finds no record and drops it.
    await this.#queue.remove(orderId);
    this.#owed.delete(orderId);
    this.#log.info({ order_id: orderId }, "order revoked");
  }
}
