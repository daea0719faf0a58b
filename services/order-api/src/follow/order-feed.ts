import type { Log } from "@orbital-witness/common/log.ts";
import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import { eventsKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { z } from "zod";
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
   * Yields the events of an order after the event `after`, until the order has ended or no longer exists, or
   * until `signal` aborts. Yields "heartbeat" at the start and at intervals, even while Redis is away.
   */
  async *follow(
    orderId: string,
    after: string,
    signal: AbortSignal,
  ): AsyncGenerator<OrderEvent | "heartbeat"> {
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
      let heartbeatAt = 0;
      while (!signal.aborted) {
        news = Promise.withResolvers();
        if (Date.now() >= heartbeatAt) {
          heartbeatAt = Date.now() + this.#heartbeatMs;
          yield "heartbeat";
        }
        const found = await this.#look(orderId, last);
        for (const event of found?.events ?? []) {
          last = event.id;
          yield event;
        }
        if (found?.isOver) return;
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
  async #look(orderId: string, after: string) {
    // The status must be read first: if it changes between the two reads, the events contain the change.
    const reading = Promise.all([this.#store.find(orderId), this.#store.eventsAfter(orderId, after)]);
    try {
      const [record, events] = await within(answerLimitMs, reading);
      const status = events.findLast((event) => event.status)?.status ?? record?.status;
      return { events, isOver: status === undefined || hasEnded(status) };
    } catch (error) {
      if (error instanceof z.ZodError) throw error;
      return undefined;
    }
  }
}
