import type { Log } from "@orbital-witness/common/log.ts";
import { userOfOrdersKey, userOrdersPattern } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { TimeLimitError, within } from "@orbital-witness/common/time-limit.ts";
import { ChangeCatchUp, type MissedChanges } from "./change-catch-up.ts";
import type { ListAnswer, ListQuery } from "./list-table.ts";
import { type ListSettings, listWorker } from "./list-worker.ts";
import { type ListTools, UserList } from "./user-list.ts";

/** The longest wait for a user's rows. Filling them for the first time takes longer if there are many. */
const limitMs = 1200;
/** The pause before the rows of all users are filled, and after that has failed. */
const fillMs = 1000;

/** Finds, sorts and counts orders. The table of lists is filled from Redis and the result store. */
export class OrderLists {
  readonly #tools: ListTools;
  readonly #state: StateLog;
  readonly #stopped = new AbortController();
  readonly #users = new Map<number, UserList>();
  readonly #filling: Promise<void>;
  /** Resolves when lists can be read, or their table fails. Its thread may take seconds to start. */
  readonly started: Promise<void>;

  constructor(redis: RedisConnection, store: OrderStore, settings: ListSettings, log: Log) {
    const table = listWorker(settings, () => this.#users.clear(), log);
    const changes = new ChangeCatchUp(redis, (news) => this.#tell(news));
    this.#tools = { redis, store, table, log, catchUp: () => changes.catchUp() };
    this.#state = new StateLog(log, "the table of lists, or Redis for it,");
    this.started = table.ask("missing", []).then(
      () => undefined,
      (error: unknown) => this.#state.failed(error),
    );
    this.#filling = this.#fillOnce();
  }

  /**
   * Returns undefined while the user's rows are filled for the first time, or the table or Redis fails.
   * Rejects with a TimeLimitError if they do not answer.
   */
  async list(query: ListQuery): Promise<ListAnswer | undefined> {
    const list = this.#userList(query.user_id);
    const { isFilled } = list;
    try {
      await within(limitMs, list.refresh());
      const answer = await within(limitMs, this.#tools.table.ask("list", query));
      this.#state.recovered();
      return answer;
    } catch (error) {
      if (error instanceof TimeLimitError && isFilled) throw error;
      // Filling goes on.
      if (!(error instanceof TimeLimitError)) this.#state.failed(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#filling;
    await this.#tools.table.close("close");
  }

  async #fillOnce(): Promise<void> {
    const filled = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, filled.signal]);
    await repeat(fillMs, signal, () =>
      this.#state.watch(async () => {
        await this.#fill();
        filled.abort();
      }),
    );
  }

  /** Fills the rows of all users, so that their first list does not have to wait. */
  async #fill(): Promise<void> {
    const scan = this.#tools.redis.scanIterator({ MATCH: userOrdersPattern, COUNT: 1000 });
    for await (const keys of scan) {
      for (const key of keys) {
        if (this.#stopped.signal.aborted) return;
        await this.#userList(userOfOrdersKey(key)).refresh();
      }
    }
  }

  #tell(news: MissedChanges): void {
    if (news === "unknown") for (const list of this.#users.values()) list.missed();
    else for (const { userId, orderId } of news) this.#users.get(userId)?.changed(orderId);
  }

  #userList(userId: number): UserList {
    const known = this.#users.get(userId);
    if (known) return known;
    const list = new UserList(this.#tools, userId);
    this.#users.set(userId, list);
    return list;
  }
}
