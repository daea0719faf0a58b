import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { OrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { Problem } from "@orbital-witness/common/problem.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { OrderRevocations } from "./order-revocations.ts";

/** Redis must have confirmed the order by its own clock this long after its start. */
const deadlineMs = 1200;
/** The answer to a confirmation may take this much longer; with it the caller waits less than 2 s. */
const replyMs = 400;

/**
 * Accepts orders so that a 202 is on disk and a 503 leaves nothing behind: the record is made in a state that nobody
 * sees and no worker runs, the job is added, and only the confirmation, within the deadline, makes it an order.
 */
export class OrderAcceptance {
  readonly #store: OrderStore;
  readonly #queue: OrderQueue;
  readonly #revocations: OrderRevocations;

  constructor(store: OrderStore, queue: OrderQueue, log: Log) {
    this.#store = store;
    this.#queue = queue;
    this.#revocations = new OrderRevocations(store, queue, log);
  }

  /** Resolves when the order is on disk; rejects with a 503 problem in less than 2 s otherwise. */
  async accept(order: NewOrder): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    try {
      await within(deadlineMs + replyMs, this.#write(order, deadline));
    } catch (cause) {
      this.#revocations.add(order.order_id);
      throw new Problem(
        503,
        "queue_unavailable",
        "Orders cannot be taken at the moment. Nothing was ordered.",
        {
          headers: { "Retry-After": "1" },
          cause,
        },
      );
    }
  }

  /** Waits a moment for revocations that are still owed. */
  async close(): Promise<void> {
    await Promise.race([this.#revocations.settled(), pause(2000, undefined, { ref: false })]);
    this.#revocations.stop();
  }

  /** One step after the other: a step that was sent before the former's answer could overtake it. */
  async #write(order: NewOrder, deadline: number): Promise<void> {
    if ((await this.#store.create(order, deadline)) === "late")
      throw new Error("Redis took the record too late");
    if (Date.now() > deadline) throw new Error("Redis answered too late to add the job");
    const { order_id, request_id } = order;
    await this.#queue.add("order", { order_id, request_id }, { jobId: order_id });
    if ((await this.#store.confirm(order_id)) === "late") throw new Error("Redis confirmed too late");
  }
}
