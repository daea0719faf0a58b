import type { Log } from "@orbital-witness/common/log.ts";
import { isUnreadable } from "@orbital-witness/common/orders/ended/ended-orders.ts";
import { unindexedKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import type { ResultRef } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { TimeLimitError, within } from "@orbital-witness/common/time-limit.ts";
import type { SearchWorker } from "./search-worker.ts";

const lookMs = 1000;
/** How many orders one run takes. The next run continues. */
const batch = 100;
/** How long a search waits for orders that were completed just before it. */
const catchUpMs = 1000;

/**
 * Puts completed orders into the index, at least once: an order stays in Redis's list of unindexed orders
 * until the index has it on disk. A new index gets all completed orders.
 */
export class SearchIndexer {
  readonly #redis: RedisConnection;
  readonly #store: OrderStore;
  readonly #search: SearchWorker;
  readonly #log: Log;
  readonly #state: StateLog;
  readonly #orders: StateLog;
  readonly #stopped = new AbortController();
  readonly #looking: Promise<void>;
  #running: Promise<boolean> = Promise.resolve(false);
  #next: Promise<boolean> | undefined;

  constructor(redis: RedisConnection, store: OrderStore, search: SearchWorker, log: Log) {
    this.#redis = redis;
    this.#store = store;
    this.#search = search;
    this.#log = log;
    this.#state = new StateLog(log, "the search index, or Redis for it,");
    this.#orders = new StateLog(log, "reading a result for the search index");
    this.#looking = repeat(lookMs, this.#stopped.signal, () => this.#state.watch(() => this.#look()));
  }

  /**
   * Indexes waiting orders for up to a second. Returns false while the index is being rebuilt and is
   * incomplete. Rejects with the errors of Redis and of the index.
   */
  async catchUp(): Promise<boolean> {
    const [waiting, stage] = await Promise.all([this.#redis.zCard(unindexedKey), this.#search.ask("stage")]);
    if (waiting === 0 && stage === "complete") return true;
    try {
      return await within(catchUpMs, this.#look());
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      return stage === "complete";
    }
  }

  /**
   * Makes a change of a page's words, and then brings the index up to date. The order is in the list of
   * unindexed orders meanwhile, so that a process that dies in between leaves no old words in the index.
   * Rejects as `change` does, and with Redis' errors before anything is changed.
   */
  async changing<T>(ref: ResultRef, page: number, change: () => Promise<T>): Promise<T> {
    const listed = { score: Date.now(), value: ref.order_id };
    const isOwn = (await this.#redis.zAdd(unindexedKey, listed, { condition: "NX" })) === 1;
    const changed = await change();
    try {
      const isDone = await within(catchUpMs, this.#search.ask("replacePage", ref, page));
      if (isDone && isOwn) await this.#redis.zRem(unindexedKey, ref.order_id);
    } catch (err) {
      // It stays in the list, and is indexed as a whole.
      this.#log.warn({ err, order_id: ref.order_id }, "a corrected page is indexed later");
    }
    return changed;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#looking;
    await Promise.allSettled([this.#running]);
  }

  /**
   * Starts a run, one at a time. A call during a run gets the following run, which also sees orders that were
   * completed meanwhile.
   */
  #look(): Promise<boolean> {
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#running = this.#index();
        return this.#running;
      });
    return this.#next;
  }

  /** Returns whether the index is complete. */
  async #index(): Promise<boolean> {
    const stage = await this.#search.ask("stage");
    if (stage === "new") {
      this.#log.info("the search index is being rebuilt from all completed orders");
      await this.#listAll();
      await this.#search.ask("setStage", "listed");
    }
    const { taken, failed } = await this.#indexListed();
    while (!this.#stopped.signal.aborted && (await this.#search.ask("removeExpired")));
    if (stage === "complete") return true;
    if (taken === batch || failed > 0) return false;
    await this.#search.ask("setStage", "complete");
    this.#log.info("the search index is complete");
    return true;
  }

  /**
   * Returns how many orders it took from the list, and how many of them failed. Failed ones go to the end of
   * the list.
   */
  async #indexListed(): Promise<{ taken: number; failed: number }> {
    const listed = await this.#redis.zRange(unindexedKey, 0, batch - 1);
    let failed = 0;
    for (const orderId of listed) {
      if (this.#stopped.signal.aborted) break;
      try {
        await this.#indexOrder(orderId);
        await this.#redis.zRem(unindexedKey, orderId);
      } catch (error) {
        failed += 1;
        this.#orders.failed(error);
        await this.#redis.zAdd(unindexedKey, { score: Date.now(), value: orderId }, { condition: "XX" });
      }
    }
    if (failed === 0) this.#orders.recovered();
    return { taken: listed.length, failed };
  }

  /** Does nothing for an order that has expired or has no result. */
  async #indexOrder(orderId: string): Promise<void> {
    const order = await this.#store.find(orderId);
    if (order?.status !== "completed") return;
    const { user_id, title_number, document_type, file_name } = order;
    const { finished_ms, result_attempt, result_pages } = order;
    if (finished_ms === undefined || result_attempt === undefined || result_pages === undefined) return;
    const result = { order_id: orderId, finished_ms, result_attempt, result_pages };
    const document = { user_id, title_number, document_type, file_name, ...result };
    const { damaged } = await this.#search.ask("put", document);
    if (damaged.length > 0) {
      this.#log.error(
        { order_id: orderId, pages: damaged },
        "pages cannot be found by searches, because their results are damaged",
      );
    }
  }

  async #listAll(): Promise<void> {
    for await (const orderId of this.#store.lists.all()) {
      const order = await this.#store.find(orderId).catch((error: unknown) => this.#unreadable(error));
      if (order?.status !== "completed") continue;
      const place = { score: order.finished_ms ?? 0, value: orderId };
      await this.#redis.zAdd(unindexedKey, place, { condition: "NX" });
    }
  }

  /** One order that cannot be read must not keep the others from being found. */
  #unreadable(error: unknown): undefined {
    if (!isUnreadable(error)) throw error;
    this.#orders.failed(error);
  }
}
