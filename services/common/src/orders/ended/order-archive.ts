import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import type { ResultStore } from "../../results/result-store.ts";
import type { UploadStore } from "../../uploads/upload-store.ts";
import { hasEnded, type OrderRecord } from "../order.ts";
import { archivedRunsKey, stepKeys } from "../order-keys.ts";
import { steps } from "../order-scripts.ts";
import type { OrderStore } from "../order-store.ts";

const archiveReply = z.enum(["archived", "changed", "gone", "running"]);

/** Moves orders that ended from Redis to the result store. */
export class OrderArchive {
  readonly #redis: RedisConnection;
  readonly #store: OrderStore;
  readonly #results: ResultStore;
  readonly #uploads: UploadStore | undefined;

  /** `uploads`: the documents that users uploaded. Without it there are none. */
  constructor(redis: RedisConnection, store: OrderStore, results: ResultStore, uploads?: UploadStore) {
    this.#redis = redis;
    this.#store = store;
    this.#results = results;
    this.#uploads = uploads;
  }

  /**
   * Saves the order as a file, then removes the files of its unneeded attempts, and the order from Redis.
   * This may be interrupted and repeated at any point. "changed": the order ended again meanwhile, and is
   * archived later. "gone": Redis does not hold the order. "running": it was retried.
   */
  async archive(orderId: string): Promise<z.output<typeof archiveReply>> {
    const overview = await this.#store.held.overview(orderId);
    if (!overview) await this.#removeRevoked(orderId);
    else if (hasEnded(overview.record.status)) {
      const { ahead: _, nextAttemptMs: __, ...order } = overview;
      await this.#store.ended.save(order, await this.#store.held.pages(orderId));
      await removeUnneeded(this.#results, order.record);
      // A failed order may be retried.
      if (order.record.status !== "failed") await this.#uploads?.remove(orderId);
    }
    const { run = 0, finished_ms = 0 } = overview?.record ?? {};
    const keys = stepKeys(orderId, archivedRunsKey);
    return archiveReply.parse(await steps.archive.run(this.#redis, keys, [orderId, run, finished_ms]));
  }

  /** An order that was revoked after it was archived is in no list. */
  async #removeRevoked(orderId: string): Promise<void> {
    const { lists, ended } = this.#store;
    const kept = await ended.kept(orderId);
    if (!kept || (await lists.has(kept.order.record.user_id, orderId))) return;
    await this.#results.removeOrder(orderId);
    await this.#uploads?.remove(orderId);
    await lists.forget(kept.order.record.user_id, orderId);
  }
}

/** Removes the files of all attempts of an ended order but its result. Returns the number of attempts. */
export async function removeUnneeded(
  results: ResultStore,
  { order_id, attempt: last, result_attempt }: Pick<OrderRecord, "order_id" | "attempt" | "result_attempt">,
): Promise<number> {
  // Later attempts belong to a retry that came in between.
  const attempts = (await results.attempts(order_id)).filter((attempt) => attempt <= last);
  const unneeded = attempts.filter((attempt) => attempt !== result_attempt);
  await Promise.all(unneeded.map((attempt) => results.removeAttempt({ order_id, attempt })));
  return unneeded.length;
}
