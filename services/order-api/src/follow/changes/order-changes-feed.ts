import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import {
  beforeAll,
  changesSince,
  isAfter,
  latestChange,
  type OrderChange,
} from "@orbital-witness/common/orders/order-changes.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import type { OrderViews } from "../order-views.ts";
import type { ChangeReader } from "./change-reader.ts";
import { type ChangeMessage, keepLatest, messagesOf, mostOrders, UserChanges } from "./user-changes.ts";

/** A message, the place from which a new follower can continue, or a sign that the connection is alive. */
export type ChangeItem = ChangeMessage | { kind: "place"; id: string } | { kind: "heartbeat" };

/** A follower who does not read is sent a reset instead of more messages than these. */
const mostQueued = 200;

/** Provides the changes of users' orders when they happen. */
export class OrderChangesFeed {
  readonly #redis: RedisConnection;
  readonly #reader: ChangeReader;
  readonly #views: OrderViews;
  readonly #log: Log;
  readonly #heartbeatMs: number;
  readonly #users = new Map<number, UserChanges>();
  #stopListening: (() => void) | undefined;

  constructor(
    redis: RedisConnection,
    reader: ChangeReader,
    views: OrderViews,
    log: Log,
    heartbeatMs = 10_000,
  ) {
    this.#redis = redis;
    this.#reader = reader;
    this.#views = views;
    this.#log = log;
    this.#heartbeatMs = heartbeatMs;
  }

  /** Rejects if nobody can follow changes now. */
  async check(): Promise<void> {
    await latestChange(this.#redis);
  }

  /**
   * Yields the changes of the user's orders, those after the change `after` first if it is given, until
   * `signal` aborts. Yields a heartbeat at intervals, even while Redis is away. Rejects if the earlier
   * changes cannot be read.
   */
  async *follow(userId: number, after: string | undefined, signal: AbortSignal): AsyncGenerator<ChangeItem> {
    const queue: ChangeItem[] = [];
    // Changes up to this one were told already. The reader may read them later.
    let toldUpTo = beforeAll;
    let news = Promise.withResolvers<void>();
    const wake = () => news.resolve();
    signal.addEventListener("abort", wake);
    const leave = this.#join(userId, (messages) => {
      queue.push(...messages);
      const last = messages.at(-1);
      if (last && queue.length > mostQueued) queue.splice(0, queue.length, { kind: "reset", id: last.id });
      wake();
    });
    try {
      if (after === undefined) {
        this.#reader.position().then((id) => {
          queue.unshift({ kind: "place", id });
          wake();
        });
      } else {
        const { messages, last } = await this.#since(userId, after);
        toldUpTo = last;
        yield* messages;
      }
      while (!signal.aborted) {
        const message = queue.shift();
        if (message) {
          const isChange = message.kind === "order" || message.kind === "removed";
          if (isChange && !isAfter(message.id, toldUpTo)) continue;
          yield message;
          continue;
        }
        news = Promise.withResolvers();
        const rest = new AbortController();
        const heartbeat = pause(this.#heartbeatMs, true, { signal: rest.signal }).catch(() => false);
        const isSilent = await Promise.race([news.promise.then(() => false), heartbeat]);
        rest.abort();
        if (isSilent) yield { kind: "heartbeat" };
      }
    } finally {
      signal.removeEventListener("abort", wake);
      leave();
    }
  }

  /** What happened after a change that the follower knows, up to the change `last`. */
  async #since(userId: number, after: string): Promise<{ messages: ChangeMessage[]; last: string }> {
    const { changes, last } = await changesSince(this.#redis, after);
    const reset = { messages: [{ kind: "reset", id: last } as const], last };
    if (!changes) return reset;
    const latest = new Map<string, OrderChange>();
    for (const change of changes) if (change.userId === userId) keepLatest(latest, change);
    if (latest.size > mostOrders) return reset;
    return { messages: await messagesOf(latest, (ids) => this.#views.summaries(userId, ids)), last };
  }

  #join(userId: number, follower: (messages: readonly ChangeMessage[]) => void): () => void {
    const summaries = (ids: readonly string[]) => this.#views.summaries(userId, ids);
    const user = this.#users.get(userId) ?? new UserChanges(summaries, this.#log);
    this.#users.set(userId, user);
    const leave = user.follow(follower);
    this.#stopListening ??= this.#listen();
    return () => {
      leave();
      if (!user.isFollowed) this.#users.delete(userId);
      if (this.#users.size > 0) return;
      this.#stopListening?.();
      this.#stopListening = undefined;
    };
  }

  #listen(): () => void {
    return this.#reader.listen((news) => {
      if (news === "missed") {
        // Followers learn at once that Redis is away, and again when it is back.
        for (const user of this.#users.values()) user.missed();
        this.#reader.position().then((id) => {
          for (const user of this.#users.values()) user.missed(id);
        });
        return;
      }
      for (const change of news) this.#users.get(change.userId)?.changed(change);
    });
  }
}
