import type { Log } from "@orbital-witness/common/log.ts";
import { isUnreadable } from "@orbital-witness/common/orders/ended/ended-orders.ts";
import type { OrderNews } from "@orbital-witness/common/orders/held-orders.ts";
import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import { eventsKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { answerLimitMs } from "../access/store-access.ts";

export type FeedOptions = {
  /** The time between two heartbeats. */
  heartbeatMs?: number;
  /**
   * How often the feed reads if no message comes. This is needed because messages are lost while Redis is
   * away.
   */
  lookMs?: number;
};

/** A step of an order, the pages that have ended, or a sign that the connection is alive. */
export type FeedItem =
  | { kind: "step"; step: OrderEvent }
  | { kind: "progress"; at: string; page: number; pages: number }
  | { kind: "heartbeat" };

/** Provides the events of orders when they happen. */
export class OrderFeed {
  readonly #store: OrderStore;
  readonly #messages: RedisConnection;
  readonly #state: StateLog;
  readonly #heartbeatMs: number;
  readonly #lookMs: number;

  /** `messages`: a connection used only for this feed, which waits while Redis is away. */
  constructor(
    store: OrderStore,
    messages: RedisConnection,
    log: Log,
    { heartbeatMs = 10_000, lookMs = 3000 }: FeedOptions = {},
  ) {
    this.#store = store;
    this.#messages = messages;
    this.#state = new StateLog(log, "the subscription to the orders' events");
    this.#heartbeatMs = heartbeatMs;
    this.#lookMs = lookMs;
  }

  /**
   * Yields the steps of an order after the event `after`, and its progress, until the order has ended or no
   * longer exists, or until `signal` aborts. Pages that end at nearly the same time are one progress. Yields
   * a heartbeat at the start and at intervals, even while Redis is away.
   */
  async *follow(orderId: string, after: string, signal: AbortSignal): AsyncGenerator<FeedItem> {
    const channel = eventsKey(orderId);
    let news = Promise.withResolvers<void>();
    const wake = () => news.resolve();
    signal.addEventListener("abort", wake);
    const subscribed = this.#messages.subscribe(channel, wake);
    subscribed.then(
      () => {
        this.#state.recovered();
        // Reads what was written before the subscription.
        wake();
      },
      (error: unknown) => this.#state.failed(error),
    );
    try {
      let last = after;
      let progressAt = 0;
      let heartbeatAt = 0;
      while (!signal.aborted) {
        news = Promise.withResolvers();
        if (Date.now() >= heartbeatAt) {
          heartbeatAt = Date.now() + this.#heartbeatMs;
          yield { kind: "heartbeat" };
        }
        const found = await this.#look(orderId, last);
        if (found === "gone") return;
        for (const step of found?.steps ?? []) {
          last = step.id;
          yield { kind: "step", step };
        }
        if (found && hasEnded(found.status)) return;
        const { page = 0, pages = 0, at_ms = 0 } = found?.progress ?? {};
        if (at_ms > progressAt) {
          progressAt = at_ms;
          yield { kind: "progress", at: new Date(at_ms).toISOString(), page, pages };
        }
        const timer = setTimeout(wake, Math.min(this.#lookMs, Math.max(0, heartbeatAt - Date.now())));
        await news.promise;
        clearTimeout(timer);
      }
    } finally {
      signal.removeEventListener("abort", wake);
      subscribed
        .then(() => this.#messages.unsubscribe(channel, wake))
        .catch((error: unknown) => this.#state.failed(error));
    }
  }

  /** Undefined while Redis does not answer, which its connection logs. */
  async #look(orderId: string, after: string): Promise<OrderNews | "gone" | undefined> {
    try {
      return (await within(answerLimitMs, this.#store.news(orderId, after))) ?? "gone";
    } catch (error) {
      if (isUnreadable(error)) throw error;
      return undefined;
    }
  }
}
