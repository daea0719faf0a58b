import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { ClientOfflineError } from "redis";
import { OrderRevocations } from "./order-revocations.ts";
import { checkCapacity, isOutOfMemory, storeFull } from "./store-full.ts";

/** How long after the request Redis may still accept the order, by the clock of Redis. */
const deadlineMs = 1200;
/** How much longer the answer of Redis may take. With both limits, a client waits less than 2 s. */
const replyMs = 400;
/** A part of `stopSeconds` in main.ts. The rest is for the last answers and for closing everything else. */
const lastRevocationsMs = 6000;

export type AcceptanceTools = {
  store: OrderStore;
  capacity: CapacityGuard;
};

/** `replayed`: the same Idempotency-Key placed this order before. */
export type AcceptedOrder = { orderId: string; replayed: boolean };

/**
 * Accepts orders. After a 202 the order is on disk. After a 503 there is no order, or it can be found only
 * under the client's own Idempotency-Key. One step in Redis creates the order and puts it into the queue.
 */
export class OrderAcceptance {
  readonly #tools: AcceptanceTools;
  readonly #revocations: OrderRevocations;
  readonly #keysInFlight = new Set<string>();

  constructor(tools: AcceptanceTools, log: Log) {
    this.#tools = tools;
    this.#revocations = new OrderRevocations(tools.store, log);
  }

  /**
   * Resolves when the order is on disk. Throws a problem in less than 2 s: 503 if Redis is away, late or
   * full, and 409 or 422 if the Idempotency-Key is in use.
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

  /** Waits for pending revocations, up to `lastRevocationsMs`. */
  async close(): Promise<void> {
    await Promise.race([this.#revocations.settled(), pause(lastRevocationsMs, undefined, { ref: false })]);
    this.#revocations.stop();
  }

  async #accept(order: NewOrder, idempotency?: Idempotency): Promise<AcceptedOrder> {
    const { store, capacity } = this.#tools;
    checkCapacity(capacity);
    const deadline = Date.now() + deadlineMs;
    const { outcome, orderId } = await within(
      deadlineMs + replyMs,
      store.accept(order, deadline, idempotency),
    ).catch((cause: unknown) => {
      if (isOutOfMemory(cause)) throw storeFull(cause);
      // With a key, the client can find the order itself. A command that was never sent has nothing to
      // revoke.
      if (!idempotency && !(cause instanceof ClientOfflineError)) this.#revocations.add(order, deadline);
      const wasSent = !(cause instanceof ClientOfflineError);
      throw unavailable(idempotency, wasSent ? cause : new NotAccepted("Redis is away", { cause }));
    });
    switch (outcome) {
      case "accepted":
        return { orderId, replayed: false };
      case "known":
        return { orderId, replayed: true };
      case "mismatch":
        throw keyReused();
      case "late":
        throw unavailable(idempotency, new NotAccepted("Redis received the order after its deadline"));
    }
  }
}

/** Whether the order may still appear, under its Idempotency-Key, although this error was answered. */
export function isInDoubt(error: unknown): boolean {
  return (
    error instanceof Problem && error.code === "queue_unavailable" && !(error.cause instanceof NotAccepted)
  );
}

/** Redis has not accepted the order, and will not. */
class NotAccepted extends Error {
  override readonly name = "NotAccepted";
}

function unavailable(idempotency: Idempotency | undefined, cause: unknown): Problem {
  const promise = idempotency
    ? "This order may still appear, but only under this Idempotency-Key: " +
      "send the same request with the same key again."
    : "Nothing was ordered, and no order will appear later.";
  const detail = `Orders cannot be accepted at the moment. ${promise}`;
  return new Problem(503, "queue_unavailable", detail, { headers: { "Retry-After": "1" }, cause });
}

function keyInFlight(): Problem {
  const detail = "A request with this Idempotency-Key is still running. Send it again in a moment.";
  return new Problem(409, "idempotency_key_in_flight", detail, { headers: { "Retry-After": "1" } });
}

function keyReused(): Problem {
  const detail =
    "This Idempotency-Key was used with another title_number, document_type or document. Use a new key for " +
    "a new order.";
  return new Problem(422, "idempotency_key_reused", detail);
}
