import type { Log } from "@orbital-witness/common/log.ts";
import { beforeAll, type OrderChange } from "@orbital-witness/common/orders/order-changes.ts";
import type { OrderSummary } from "../../order-schemas.ts";

/**
 * What a follower of one's orders gets. `reset`: there were too many changes, or some may be missing, so the
 * list must be read again. `id`: the change after which to continue.
 */
export type ChangeMessage =
  | { kind: "order"; id: string; order: OrderSummary }
  | { kind: "removed"; id: string; orderId: string }
  | { kind: "reset"; id: string };

type Summaries = (orderIds: readonly string[]) => Promise<OrderSummary[]>;
export type Follower = (messages: readonly ChangeMessage[]) => void;

/** Changes of an order that come at nearly the same time are one message. */
const intervalMs = 100;
/** The interval after many messages, for each of them: 100 messages a second at most. */
const messageMs = 10;
/** The interval after a reset, and after a failure. */
const longIntervalMs = 1000;
/** When more orders than these changed, reading the list again is cheaper. */
export const mostOrders = 50;

/** The latest change of each order, in the sequence in which they happened. */
export type LatestChanges = ReadonlyMap<string, OrderChange>;

/** Turns the changes of one user's orders into messages, once for all followers. */
export class UserChanges {
  readonly #summaries: Summaries;
  readonly #log: Log;
  readonly #followers = new Set<Follower>();
  #latest = new Map<string, OrderChange>();
  #missed = false;
  #lastId = beforeAll;
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;
  #mayBeginAt = 0;

  constructor(summaries: Summaries, log: Log) {
    this.#summaries = summaries;
    this.#log = log;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Returns the function that ends this. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
      if (!this.isFollowed) clearTimeout(this.#timer);
    };
  }

  changed(change: OrderChange): void {
    keepLatest(this.#latest, change);
    this.#lastId = change.id;
    this.#schedule();
  }

  /** There may be changes that nobody read, up to `lastId` if that is known. */
  missed(lastId = this.#lastId): void {
    this.#missed = true;
    this.#lastId = lastId;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isSending || !this.isFollowed) return;
    const waitMs = Math.max(0, this.#mayBeginAt - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, waitMs);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const changes = this.#latest;
    this.#latest = new Map();
    const isReset = this.#missed || changes.size > mostOrders;
    this.#missed = false;
    const pauseMs = isReset ? longIntervalMs : Math.max(intervalMs, changes.size * messageMs);
    this.#mayBeginAt = Date.now() + pauseMs;
    try {
      const messages: ChangeMessage[] = isReset
        ? [{ kind: "reset", id: this.#lastId }]
        : await messagesOf(changes, this.#summaries);
      for (const follower of this.#followers) follower(messages);
    } catch (err) {
      this.#log.warn({ err }, "changed orders could not be read; followers read their lists again");
      this.#missed = true;
      this.#mayBeginAt = Date.now() + longIntervalMs;
    }
    this.#isSending = false;
    if (this.#missed || this.#latest.size > 0) this.#schedule();
  }
}

/** An order's new change comes after the changes of others that came before it. */
export function keepLatest(latest: Map<string, OrderChange>, change: OrderChange): void {
  latest.delete(change.orderId);
  latest.set(change.orderId, change);
}

/** Reads how the changed orders look now. Rejects when that fails. */
export async function messagesOf(changes: LatestChanges, summaries: Summaries): Promise<ChangeMessage[]> {
  const present = [...changes.values()].flatMap(({ orderId, removed }) => (removed ? [] : orderId));
  const orders = new Map((await summaries(present)).map((order) => [order.order_id, order]));
  return [...changes.values()].flatMap(({ id, orderId, removed }): ChangeMessage[] => {
    const order = orders.get(orderId);
    if (removed) return [{ kind: "removed", id, orderId }];
    // An order that was removed meanwhile has another change.
    return order ? [{ kind: "order", id, order }] : [];
  });
}
