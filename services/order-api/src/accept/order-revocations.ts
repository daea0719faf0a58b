import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";

const firstPauseMs = 100;
const longestPauseMs = 5000;
const atOnce = 100;
/**
 * At most this many orders wait for their revocation. Further ones are not revoked, so those that Redis
 * accepted will run.
 */
const most = 10_000;

/** `deadline`: of the order. `due`: when it will be revoked. Both in ms since the epoch. */
type Owed = { order: NewOrder; deadline: number; due: number };

/**
 * Revokes orders that were answered 503, as soon as Redis answers. Otherwise an accepted order whose answer
 * was lost would run without its client's knowledge.
 */
export class OrderRevocations {
  readonly #store: OrderStore;
  readonly #log: Log;
  readonly #owed = new Map<string, Owed>();
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(store: OrderStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  add(order: NewOrder, deadline: number): void {
    const { order_id } = order;
    if (this.#owed.size >= most) {
      this.#log.error({ order_id }, "too many orders to revoke: this one remains if it was accepted");
      return;
    }
    this.#owed.set(order_id, { order, deadline, due: 0 });
    if (this.#owed.size === 1) this.#running = this.#run();
  }

  /** Resolves when no revocation is pending, or after `stop`. */
  settled(): Promise<void> {
    return this.#running;
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#owed.size > 0)
      this.#log.error({ order_ids: [...this.#owed.keys()] }, "stopped before these orders were revoked");
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
          this.#log.warn({ err, owed: this.#owed.size }, "orders wait for their revocation");
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
    const existed = await this.#store.revoke(order);
    if (!existed && !isLast) {
      // A command sent before the connection broke may still arrive, but has no effect after its deadline.
      owed.due = deadline + 1;
      return;
    }
    this.#owed.delete(order_id);
    if (existed) this.#log.info({ order_id }, "order revoked");
  }
}
