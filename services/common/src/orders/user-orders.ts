import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { isUnreadable } from "./ended/ended-orders.ts";
import type { OrderRecord, OrderStatus } from "./order.ts";
import { tellRemoved } from "./order-changes.ts";
import {
  archivedRunsKey,
  recordKey,
  userOfOrdersKey,
  userOrdersKey,
  userOrdersPattern,
} from "./order-keys.ts";
import { steps } from "./order-scripts.ts";

export type OrderFilter = { status?: OrderStatus | undefined; title_number?: string | undefined };

/**
 * Pass `next` as `before` to get the following page. Undefined on the last page. `unreadable`: the ids of
 * orders on this page that no version of this project wrote.
 */
export type OrderPage = { records: OrderRecord[]; next: number | undefined; unreadable: string[] };

/**
 * The most orders that one page of a filtered list reads. The page may then be shorter than requested and
 * still have a `next`.
 */
const listScan = 200;
/** The number of entries of a user's list that are looked up in one call. */
const forgetBatch = 500;

const heldReply = z.array(z.number());

/** The lists of the users' orders. Every method rejects when Redis or `find` does. */
export class UserOrders {
  readonly #redis: RedisConnection;
  readonly #find: (orderId: string) => Promise<OrderRecord | undefined>;

  constructor(redis: RedisConnection, find: (orderId: string) => Promise<OrderRecord | undefined>) {
    this.#redis = redis;
    this.#find = find;
  }

  /** A user's orders, newest first. With `before`, only those before that position. */
  async list(userId: number, limit: number, filter: OrderFilter = {}, before?: number): Promise<OrderPage> {
    const isFiltered = filter.status !== undefined || filter.title_number !== undefined;
    // Reads one order more than it returns, to find out whether there is another page.
    const count = isFiltered ? listScan : limit + 1;
    const places = await this.#redis.zRangeWithScores(
      userOrdersKey(userId),
      before === undefined ? "+inf" : `(${before}`,
      "-inf",
      { BY: "SCORE", REV: true, LIMIT: { offset: 0, count } },
    );
    const found = await Promise.all(places.map(({ value }) => this.#readable(value)));
    const records: OrderRecord[] = [];
    const unreadable: string[] = [];
    for (const [index, record] of found.entries()) {
      if (record === "unreadable") unreadable.push(places[index]?.value ?? "");
      else if (record && passes(record, filter)) records.push(record);
      const isLast = index === places.length - 1 && places.length < count;
      if (records.length === limit)
        return { records, unreadable, next: isLast ? undefined : places[index]?.score };
    }
    return { records, unreadable, next: places.length < count ? undefined : places.at(-1)?.score };
  }

  async has(userId: number, orderId: string): Promise<boolean> {
    return (await this.#redis.zScore(userOrdersKey(userId), orderId)) !== null;
  }

  /** Removes an order that does not exist any more. */
  async forget(userId: number, orderId: string): Promise<void> {
    await this.#forget(userId, [orderId]);
  }

  /** The ids of all orders of all users. An id may come twice if the lists change meanwhile. */
  async *all(): AsyncGenerator<string> {
    for await (const lists of this.#redis.scanIterator({ MATCH: userOrdersPattern, COUNT: 1000 })) {
      for (const list of lists) {
        for await (const entries of this.#redis.zScanIterator(list, { COUNT: 1000 })) {
          for (const { value } of entries) yield value;
        }
      }
    }
  }

  /**
   * Removes orders that do not exist any more from the lists of their users. Each list is read from its
   * oldest entry up to the first `batch` entries without such an order. Returns the number of removed
   * entries.
   */
  async forgetExpired(batch = forgetBatch): Promise<number> {
    let forgotten = 0;
    const scan = this.#redis.scanIterator({ MATCH: userOrdersPattern, COUNT: 1000 });
    for await (const lists of scan) {
      const removed = await Promise.all(lists.map((list) => this.#forgetExpiredOf(list, batch)));
      for (const count of removed) forgotten += count;
    }
    return forgotten;
  }

  /** The removal of one batch goes out together with the reading of the next. */
  async #forgetExpiredOf(list: string, batch: number): Promise<number> {
    let forgotten = 0;
    let removing: Promise<unknown> = Promise.resolve();
    for (let kept = 0; ; ) {
      const reading = this.#redis.zRange(list, kept, kept + batch - 1);
      const [, ids] = await Promise.all([removing, reading]);
      if (ids.length === 0) return forgotten;
      const held = heldReply.parse(await steps.held.run(this.#redis, ids.map(recordKey), []));
      const notHeld = ids.filter((_, index) => held[index] === 0);
      const found = await Promise.all(notHeld.map((id) => this.#readable(id)));
      const expired = notHeld.filter((_, index) => found[index] === undefined);
      if (expired.length === 0) return forgotten;
      removing = this.#forget(userOfOrdersKey(list), expired);
      forgotten += expired.length;
      kept += ids.length - expired.length;
    }
  }

  async #forget(userId: number, orderIds: string[]): Promise<void> {
    const [removed] = await Promise.all([
      this.#redis.zRem(userOrdersKey(userId), orderIds),
      this.#redis.hDel(archivedRunsKey, orderIds),
    ]);
    if (removed > 0) await Promise.all(orderIds.map((order) => tellRemoved(this.#redis, order, userId)));
  }

  /** One order that cannot be read must not hide the others. */
  async #readable(orderId: string): Promise<OrderRecord | "unreadable" | undefined> {
    try {
      return await this.#find(orderId);
    } catch (error) {
      if (isUnreadable(error)) return "unreadable";
      throw error;
    }
  }
}

function passes(record: OrderRecord, { status, title_number }: OrderFilter): boolean {
  return (
    (status === undefined || record.status === status) &&
    (title_number === undefined || record.title_number === title_number)
  );
}
