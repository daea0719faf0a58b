import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { OrderDispatcher } from "@orbital-witness/common/orders/queue/order-dispatcher.ts";
import type { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { ClientOfflineError } from "redis";
import { OrderRevocations } from "./order-revocations.ts";
import { isOutOfMemory, type StoreRoom, storeFull } from "./store-room.ts";

/** Redis must have taken the order by its own clock this long after its start. */
const deadlineMs = 1200;
/** The answer may take this much longer; with it the caller waits less than 2 s. */
const replyMs = 400;
/** Of the stop's seconds (`stopSeconds` in main.ts), which the last answers and the other parts' closing need too. */
const lastRevocationsMs = 6000;

export type AcceptanceTools = {
  store: OrderStore;
  queue: OrderQueue;
  dispatcher: OrderDispatcher;
  room: StoreRoom;
};

/** `replayed`: the order was made before, under the same Idempotency-Key. */
export type AcceptedOrder = { orderId: string; replayed: boolean };

/**
 * Accepts orders so that a 202 is on disk and a 503 leaves nothing behind, or under the caller's own Idempotency-Key
 * only. One step in Redis makes the order; the dispatcher carries it to the queue.
 */
export class OrderAcceptance {
  readonly #tools: AcceptanceTools;
  readonly #revocations: OrderRevocations;
  readonly #keysInFlight = new Set<string>();

  constructor(tools: AcceptanceTools, log: Log) {
    this.#tools = tools;
    this.#revocations = new OrderRevocations(tools.store, tools.queue, log);
  }

  /**
   * Resolves when the order is on disk. Throws, in less than 2 s, problems: 503 for a Redis that is away, late or full; 409 and
   * 422 for a key that is in use.
   */
  async accept(order: NewOrder, idempotency?: Idempotency): Promise<AcceptedOrder> {
    if (!idempotency) return this.#accept(order);
    const key = `${order.user_id} ${idempotency.key}`;
    if (this.#keysInFlight.has(key)) throw keyInFlight();
    this.#keysInFlight.add(key);
    try {
      return await this.#accept(order, idempotency);
    } finally {
      this.#keysInFlight.delete(key);
    }
  }

  /** Waits for revocations that are still owed, as long as the stop allows. */
  async close(): Promise<void> {
    await Promise.race([this.#revocations.settled(), pause(lastRevocationsMs, undefined, { ref: false })]);
    this.#revocations.stop();
  }

  async #accept(order: NewOrder, idempotency?: Idempotency): Promise<AcceptedOrder> {
    const { store, dispatcher, room } = this.#tools;
    room.check();
    const deadline = Date.now() + deadlineMs;
    const { outcome, orderId } = await within(
      deadlineMs + replyMs,
      store.accept(order, deadline, idempotency),
    ).catch((cause: unknown) => {
      if (isOutOfMemory(cause)) throw storeFull(cause);
      // With a key the order is its caller's to find; and what was never sent needs no taking back.
      if (!idempotency && !(cause instanceof ClientOfflineError)) this.#revocations.add(order, deadline);
      throw unavailable(idempotency, cause);
    });
    switch (outcome) {
      case "accepted":
        dispatcher.dispatch({ order_id: orderId, run: 1 });
        return { orderId, replayed: false };
      case "known":
        return { orderId, replayed: true };
      case "mismatch":
        throw keyReused();
      case "late":
        throw unavailable(idempotency, new Error("Redis got to the order after its deadline"));
    }
  }
}

function unavailable(idempotency: Idempotency | undefined, cause: unknown): Problem {
  const promise = idempotency
    ? "Whether this one was is not known: it may still appear, under this Idempotency-Key only. Send the same request with the same key again."
    : "Nothing was ordered, and no order will appear later.";
  const detail = `Orders cannot be taken at the moment. ${promise}`;
  return new Problem(503, "queue_unavailable", detail, { headers: { "Retry-After": "1" }, cause });
}

function keyInFlight(): Problem {
  const detail = "A request with this Idempotency-Key is not answered yet. Send it again in a moment.";
  return new Problem(409, "idempotency_key_in_flight", detail, { headers: { "Retry-After": "1" } });
}

function keyReused(): Problem {
  const detail =
    "This Idempotency-Key came with another title_number or document_type before. Use a new key for a new order.";
  return new Problem(422, "idempotency_key_reused", detail);
}
