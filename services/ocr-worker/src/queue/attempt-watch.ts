import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { eventsKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import type { StateLog } from "@orbital-witness/common/state-log.ts";

/**
 * The interval of checks that do not depend on messages, since a message may be missed. It is shorter than a
 * suspicion must stand (`defaultSuspicionMs`).
 */
const lookMs = 1000;

/** The order no longer belongs to this attempt: it was cancelled, revoked or given to another worker. */
export class AttemptLost extends Error {
  override readonly name = "AttemptLost";

  constructor() {
    super("the order was cancelled, revoked or taken over");
  }
}

/** One attempt at an order. */
type AttemptRef = Pick<OrderRecord, "order_id" | "attempt">;

/**
 * Checks the record of an order while an attempt runs, at every message on its events and every second.
 * `signal` aborts with an AttemptLost. Each check also tells the other workers that this one is present.
 */
export class AttemptWatch {
  readonly #attempts: OrderAttempts;
  readonly #messages: RedisConnection;
  readonly #order: AttemptRef;
  readonly #state: StateLog;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #look = () => {
    // A message may still come: an unsubscription that failed while Redis was away is not repeated.
    if (this.#closed) return;
    this.#looking ??= this.#state
      .watch(() => this.#ask())
      .finally(() => {
        this.#looking = undefined;
      });
  };
  #looking: Promise<void> | undefined;
  #closed = false;

  /** `messages`: a connection used only for subscriptions. */
  constructor(attempts: OrderAttempts, messages: RedisConnection, order: AttemptRef, state: StateLog) {
    this.#attempts = attempts;
    this.#messages = messages;
    this.#order = order;
    this.#state = state;
    this.#timer = setInterval(this.#look, lookMs);
    messages.subscribe(this.#channel, this.#look).catch((error: unknown) => state.failed(error));
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    // Not awaited, because it would wait for Redis to be back.
    this.#messages
      .unsubscribe(this.#channel, this.#look)
      .catch((error: unknown) => this.#state.failed(error));
  }

  get #channel(): string {
    return eventsKey(this.#order.order_id);
  }

  async #ask(): Promise<void> {
    if ((await this.#attempts.hold(this.#order)) === "lost") this.#lost.abort(new AttemptLost());
  }
}
