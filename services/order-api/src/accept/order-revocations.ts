import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { type OrderQueue, removeJobs } from "@orbital-witness/common/orders/queue/order-queue.ts";

const firstPauseMs = 100;
const longestPauseMs = 5000;
const atOnce = 100;
/** Orders beyond these are not taken back: one that was accepted, and whose answer got lost, remains and runs. */
const most = 10_000;

/** `deadline` is the order's, in ms since the epoch; `due` when it is to be revoked. */
type Owed = { order: NewOrder; deadline: number; due: number };

/**
 * Takes back orders that were answered 503, as soon as Redis answers. Without it an order whose answer got lost would run
 * and its customer not know of it.
 */
export class OrderRevocations {
  readonly #store: OrderStore;
  readonly #queue: OrderQueue;
  readonly #log: Log;
  readonly #owed = new Map<string, Owed>();
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(store: OrderStore, queue: OrderQueue, log: Log) {
    this.#store = store;
    this.#queue = queue;
    this.#log = log;
  }

  add(order: NewOrder, deadline: number): void {
    const { order_id } = order;
    if (this.#owed.size >= most) {
      this.#log.error({ order_id }, "too many orders to revoke, this one remains if it was accepted");
      return;
    }
    this.#owed.set(order_id, { order, deadline, due: 0 });
    if (this.#owed.size === 1) this.#running = this.#run();
  }

  /** Resolves when nothing is owed, or after `stop`. */
  settled(): Promise<void> {
    return this.#running;
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#owed.size > 0)
      this.#log.error({ order_ids: [...this.#owed.keys()] }, "stopped before these were revoked");
  }

  async #run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!this.#stopped.signal.aborted && this.#owed.size > 0) {
      const due = [...this.#owed.values()].filter((owed) => owed.due <= Date.now()).slice(0, atOnce);
      try {
        await Promise.all(due.map((owed) => this.#revoke(owed)));
        pauseMs = firstPauseMs;
      } catch (err) {
        if (pauseMs === firstPauseMs)
          this.#log.warn({ err, owed: this.#owed.size }, "orders wait to be revoked");
        await pause(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      if (due.length === 0) await pause(firstPauseMs, undefined, { ref: false });
    }
  }

  async #revoke(owed: Owed): Promise<void> {
    const { order, deadline } = owed;
    const { order_id } = order;
    const isLast = Date.now() > deadline;
    const run = await this.#store.revoke(order);
    if (run === 0 && !isLast) {
      // The command of a connection that was cut may still come, though not after its deadline.
      owed.due = deadline + 1;
      return;
    }
    // It removes nothing where a worker holds the job: that one finds no record and drops it.
    if (run > 0) await removeJobs(this.#queue, { order_id, run });
    this.#owed.delete(order_id);
    if (run > 0) this.#log.info({ order_id }, "order revoked");
  }
}
