import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import type { ResultStore } from "../results/result-store.ts";
import type { EndedOrder } from "./ended/ended-order.ts";
import { EndedOrders, isUnreadable } from "./ended/ended-orders.ts";
import {
  HeldOrders,
  type ListedOrders,
  type OrderNews,
  type OrderOverview,
  type QueuePace,
} from "./held-orders.ts";
import { endedOrder, type ListedOrder } from "./lists/listed-order.ts";
import type { NewOrder, OrderRecord } from "./order.ts";
import { isAfter } from "./order-changes.ts";
import * as keys from "./order-keys.ts";
import type { PageEnd } from "./order-pages.ts";
import { steps } from "./order-scripts.ts";
import { defaultLeaseMs } from "./queue/order-queue.ts";
import { type OrderFilter, type OrderPage, UserOrders } from "./user-orders.ts";

const acceptReply = z.tuple([z.enum(["accepted", "known", "mismatch", "late"]), z.string()]);
const cancelReply = z.enum(["cancelled", "ended", "gone"]);
const retryReply = z
  .tuple([z.enum(["queued", "not_failed", "too_many", "gone", "again"]), z.coerce.number()])
  .transform(([outcome, run]) => ({ outcome, run }));

/** An Idempotency-Key's digest, and the digest of the request that it came with. */
export type Idempotency = { key: string; fingerprint: string };

/** Limits the runs of an order, since each run adds to its history. */
export const maxRuns = 20;

/**
 * All orders, as the Order API uses them: Redis holds those that have not ended, and the result store keeps
 * the others. Methods that do not say otherwise look in both. Every method rejects when Redis or the result
 * store does.
 */
export class OrderStore {
  /** The orders in Redis, those in the result store, and the lists of the users' orders. */
  readonly held: HeldOrders;
  readonly ended: EndedOrders;
  readonly lists: UserOrders;
  readonly #redis: RedisConnection;
  readonly #retentionSeconds: number;

  /** `retentionSeconds`: how long an order and its result are kept after the order ended. */
  constructor(redis: RedisConnection, results: ResultStore, retentionSeconds: number) {
    this.#redis = redis;
    this.#retentionSeconds = retentionSeconds;
    this.held = new HeldOrders(redis);
    this.ended = new EndedOrders(results, retentionSeconds);
    this.lists = new UserOrders(redis, (orderId) => this.find(orderId));
  }

  /**
   * Creates the order, which then waits in the queue, if Redis executes this before `deadlineMs` (since the
   * epoch). "known": the Idempotency-Key created the order `orderId` before. "mismatch": it did so for a
   * different request.
   */
  async accept(order: NewOrder, deadlineMs: number, idempotency?: Idempotency) {
    const reply = await this.#accept(order, deadlineMs, idempotency);
    const { orderId } = reply;
    // The key may outlive its order.
    if (orderId === "" || orderId === order.order_id || (await this.find(orderId))) return reply;
    return this.#accept(order, deadlineMs, idempotency, orderId);
  }

  async #accept(order: NewOrder, deadlineMs: number, idempotency?: Idempotency, goneId = "") {
    const id = order.order_id;
    const more = [keys.userOrdersKey(order.user_id)];
    if (idempotency) more.push(keys.idempotencyKey(order.user_id, idempotency.key));
    const fields = fieldsOf(order);
    const fingerprint = idempotency?.fingerprint ?? "";
    const request = [deadlineMs, id, this.#retentionSeconds, fingerprint, goneId, order.user_id];
    const reply = await steps.accept.run(this.#redis, keys.stepKeys(id, ...more), [...request, ...fields]);
    const [outcome, orderId] = acceptReply.parse(reply);
    return { outcome, orderId };
  }

  /**
   * Undoes `accept`. A worker that already runs the order finds that its result is not wanted. Returns
   * whether there was an order.
   */
  async revoke({ order_id, user_id }: Pick<NewOrder, "order_id" | "user_id">): Promise<boolean> {
    const named = keys.stepKeys(order_id, keys.userOrdersKey(user_id));
    return (await steps.revoke.run(this.#redis, named, [order_id, user_id])) === 1;
  }

  async cancel(orderId: string) {
    const outcome = cancelReply.parse(await steps.cancel.run(this.#redis, keys.stepKeys(orderId), []));
    return outcome === "gone" && (await this.ended.find(orderId)) ? "ended" : outcome;
  }

  /**
   * Queues a failed order again, behind its user's other orders, as a new `run`. "too_many": the order had
   * `maxRuns`. "gone": there is no such order, or another retry was faster.
   */
  async retry(orderId: string) {
    const { outcome, run } = await this.#retry(orderId);
    if (outcome !== "gone") return { outcome, run };
    const archived = await this.ended.find(orderId);
    if (!archived) return { outcome, run };
    if (archived.record.status !== "failed") return { outcome: "not_failed" as const, run };
    if (archived.record.run >= maxRuns) return { outcome: "too_many" as const, run };
    const again = await this.#retry(orderId, archived);
    return again.outcome === "again" ? { outcome, run } : { ...again, outcome: again.outcome };
  }

  async #retry(orderId: string, archived?: EndedOrder) {
    const more = archived ? [keys.archivedRunsKey, keys.userOrdersKey(archived.record.user_id)] : [];
    const values = [orderId, maxRuns, ...(archived ? [JSON.stringify(restorable(archived))] : [])];
    return retryReply.parse(await steps.retry.run(this.#redis, keys.stepKeys(orderId, ...more), values));
  }

  async find(orderId: string): Promise<OrderRecord | undefined> {
    return (await this.held.find(orderId)) ?? (await this.ended.find(orderId))?.record;
  }

  /** What the order's owner sees. Undefined for an unknown order. */
  async overview(orderId: string): Promise<OrderOverview | undefined> {
    const held = await this.held.overview(orderId);
    if (held) return held;
    const ended = await this.ended.find(orderId);
    return ended && { ...ended, ahead: undefined, nextAttemptMs: undefined };
  }

  /**
   * Orders of one user as a list shows them. Undefined for an unknown order; "unreadable" for one that no
   * version of this project wrote.
   */
  async listed(userId: number, orderIds: readonly string[]): Promise<ListedOrders> {
    const { orders, pace } = await this.held.listed(userId, orderIds);
    const found = orderIds.map(async (id, index) => orders[index] ?? (await this.#listedEnded(id)));
    return { orders: await Promise.all(found), pace };
  }

  async #listedEnded(orderId: string): Promise<ListedOrder | "unreadable" | undefined> {
    try {
      const ended = await this.ended.find(orderId);
      return ended && endedOrder(ended);
    } catch (error) {
      if (isUnreadable(error)) return "unreadable";
      throw error;
    }
  }

  /** What happened to the order after the event id `after` ("0" for all). Undefined for an unknown order. */
  async news(orderId: string, after: string): Promise<OrderNews | undefined> {
    const held = await this.held.news(orderId, after);
    if (held) return held;
    const ended = await this.ended.find(orderId);
    const status = ended?.record.status;
    return (
      status && { status, progress: undefined, steps: ended.steps.filter(({ id }) => isAfter(id, after)) }
    );
  }

  /** How the pages of an order's last attempt ended. */
  async pages(order: Pick<OrderRecord, "order_id" | "run">): Promise<PageEnd[]> {
    const held = await this.held.pages(order.order_id);
    return held.length > 0 ? held : this.ended.pages(order);
  }

  async pace(): Promise<QueuePace> {
    const [meanMs, workers] = await Promise.all([
      this.#redis.hGet(keys.durationKey, "mean_ms"),
      this.#redis.zCount(keys.workersKey, Date.now() - defaultLeaseMs, "+inf"),
    ]);
    return { meanMs: meanMs == null ? undefined : Number(meanMs), workers };
  }

  /** A user's orders, newest first. With `before`, only those before that position. */
  list(userId: number, limit: number, filter?: OrderFilter, before?: number): Promise<OrderPage> {
    return this.lists.list(userId, limit, filter, before);
  }
}

/** What the step `retry` needs to bring an archived order back. */
function restorable({ record, steps: events }: EndedOrder) {
  return {
    run: String(record.run),
    record: fieldsOf(record),
    events: events.map(({ id, at: _, ...fields }) => ({ id, fields: fieldsOf(fields) })),
  };
}

function fieldsOf(values: Record<string, string | number | undefined>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  );
}
