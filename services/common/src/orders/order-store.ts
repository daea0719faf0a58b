import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { fieldsReply } from "../redis/redis-script.ts";
import { type NewOrder, type OrderRecord, type OrderStatus, orderRecordSchema } from "./order.ts";
import { type OrderEvent, parseOrderEvent } from "./order-events.ts";
import * as keys from "./order-keys.ts";
import { type PageEnd, parsePageEnds } from "./order-pages.ts";
import { steps } from "./order-scripts.ts";
import { defaultLeaseMs } from "./queue/order-queue.ts";

const acceptReply = z.tuple([z.enum(["accepted", "known", "mismatch", "late"]), z.string()]);
const cancelReply = z.enum(["cancelled", "ended", "gone"]);
const retryReply = z.tuple([z.enum(["queued", "not_failed", "too_many", "gone"]), z.coerce.number()]);
const streamEntry = z.tuple([z.string(), fieldsReply]).transform(([id, message]) => ({ id, message }));

const overviewReply = z.tuple([
  fieldsReply,
  z.array(streamEntry),
  fieldsReply,
  z.int(),
  z.int(),
  z.number().nullable(),
]);

/** An Idempotency-Key's digest, and the digest of the request that it came with. */
export type Idempotency = { key: string; fingerprint: string };

/**
 * An order without the parts that grow with its document: its steps, oldest first, the numbers of failed and
 * of empty pages of its last attempt, and the first `namedPages` of each. `ahead`: the number of orders that
 * wait before this one; undefined once a worker reads its pages.
 */
export type OrderOverview = {
  record: OrderRecord;
  steps: OrderEvent[];
  pages: PageEnd[];
  failedPages: number;
  emptyPages: number;
  ahead: number | undefined;
};
export const namedPages = 100;

/**
 * The basis for estimated times: the moving mean of the time an order spends with a worker, and the number of
 * workers.
 */
export type QueuePace = { meanMs: number | undefined; workers: number };

const endSchema = orderRecordSchema.pick({ status: true, attempt: true, result_attempt: true });
const endsReply = z.array(
  z.tuple([z.string(), z.string(), z.string()]).transform(([status, attempt, result]) => {
    if (status === "") return undefined;
    const end = { status, attempt, result_attempt: result === "" ? undefined : result };
    return endSchema.safeParse(end).data ?? ("unreadable" as const);
  }),
);

export type OrderEnd = Pick<OrderRecord, "status" | "attempt" | "result_attempt">;

export type OrderFilter = { status?: OrderStatus | undefined; title_number?: string | undefined };

/** Pass `next` as `before` to get the following page. Undefined on the last page. */
export type OrderPage = { records: OrderRecord[]; next: number | undefined };

/** Limits the runs of an order, since each run adds to its history. */
export const maxRuns = 20;
/**
 * The most records that one page of a filtered list reads. The page may then be shorter than requested and
 * still have a `next`.
 */
const listScan = 200;
/** The number of entries of a user's list that are looked up in one call. */
const forgetBatch = 500;

/** The orders' records, as the Order API uses them. Every method rejects when Redis does. */
export class OrderStore {
  readonly #redis: RedisConnection;
  readonly #retentionSeconds: number;

  /** `retentionSeconds`: how long an order and its result are kept after the order ended. */
  constructor(redis: RedisConnection, retentionSeconds: number) {
    this.#redis = redis;
    this.#retentionSeconds = retentionSeconds;
  }

  /**
   * Creates the order, which then waits in the queue, if Redis executes this before `deadlineMs` (since the
   * epoch). "known": the Idempotency-Key created the order `orderId` before. "mismatch": it did so for a
   * different request.
   */
  async accept(order: NewOrder, deadlineMs: number, idempotency?: Idempotency) {
    const reply = await this.#accept(order, deadlineMs, idempotency);
    const { orderId } = reply;
    // The key outlives its order if `retentionSeconds` was longer when the key was stored.
    if (orderId === "" || orderId === order.order_id || (await this.#redis.exists(keys.recordKey(orderId))))
      return reply;
    return this.#accept(order, deadlineMs, idempotency, orderId);
  }

  async #accept(order: NewOrder, deadlineMs: number, idempotency?: Idempotency, goneId = "") {
    const id = order.order_id;
    const more = [keys.userOrdersKey(order.user_id)];
    if (idempotency) more.push(keys.idempotencyKey(order.user_id, idempotency.key));
    const fields = Object.entries(order).flat();
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
    return (await steps.revoke.run(this.#redis, named, [order_id])) === 1;
  }

  async cancel(orderId: string) {
    const reply = await steps.cancel.run(this.#redis, keys.stepKeys(orderId), [this.#retentionSeconds]);
    return cancelReply.parse(reply);
  }

  /**
   * Queues a failed order again, behind its user's other orders, as a new `run`. "too_many": the order had
   * `maxRuns`.
   */
  async retry(orderId: string) {
    const reply = await steps.retry.run(this.#redis, keys.stepKeys(orderId), [maxRuns]);
    const [outcome, run] = retryReply.parse(reply);
    return { outcome, run };
  }

  async find(orderId: string): Promise<OrderRecord | undefined> {
    return parseRecord(await this.#redis.hGetAll(keys.recordKey(orderId)));
  }

  /**
   * The progress of each order, in one call. Undefined for an unknown order; "unreadable" for a record that
   * no version of this project wrote.
   */
  async ends(orderIds: readonly string[]): Promise<(OrderEnd | "unreadable" | undefined)[]> {
    if (orderIds.length === 0) return [];
    return endsReply.parse(await steps.ends.run(this.#redis, orderIds.map(keys.recordKey), []));
  }

  /** What the order's owner sees, all read at the same moment. Undefined for an unknown order. */
  async overview(orderId: string): Promise<OrderOverview | undefined> {
    const reply = await steps.overview.run(this.#redis, keys.stepKeys(orderId), [namedPages]);
    const [fields, entries, pages, failedPages, emptyPages, ahead] = overviewReply.parse(reply);
    const record = parseRecord(fields);
    if (!record) return undefined;
    return {
      ...{ record, steps: entries.map(parseOrderEvent), pages: parsePageEnds(pages) },
      ...{ failedPages, emptyPages, ahead: ahead ?? undefined },
    };
  }

  async pace(): Promise<QueuePace> {
    const [meanMs, workers] = await Promise.all([
      this.#redis.hGet(keys.durationKey, "mean_ms"),
      this.#redis.zCount(keys.workersKey, Date.now() - defaultLeaseMs, "+inf"),
    ]);
    return { meanMs: meanMs == null ? undefined : Number(meanMs), workers };
  }

  /** A user's orders, newest first. With `before`, only those before that position. */
  async list(userId: number, limit: number, filter: OrderFilter = {}, before?: number): Promise<OrderPage> {
    const isFiltered = filter.status !== undefined || filter.title_number !== undefined;
    // Reads one order more than it returns, to find out whether there is another page.
    const count = isFiltered ? listScan : limit + 1;
    const places = await this.#redis.zRangeWithScores(
      keys.userOrdersKey(userId),
      before === undefined ? "+inf" : `(${before}`,
      "-inf",
      { BY: "SCORE", REV: true, LIMIT: { offset: 0, count } },
    );
    const found = await Promise.all(places.map(({ value }) => this.find(value)));
    const records: OrderRecord[] = [];
    for (const [index, record] of found.entries()) {
      if (record && passes(record, filter)) records.push(record);
      const isLast = index === places.length - 1 && places.length < count;
      if (records.length === limit) return { records, next: isLast ? undefined : places[index]?.score };
    }
    return { records, next: places.length < count ? undefined : places.at(-1)?.score };
  }

  /**
   * Removes expired orders from the lists of their users. Each list is read from its oldest entry up to the
   * first `batch` entries without an expired one. Returns the number of removed entries.
   */
  async forgetExpired(batch = forgetBatch): Promise<number> {
    let forgotten = 0;
    const scan = this.#redis.scanIterator({ MATCH: keys.userOrdersPattern, COUNT: 1000 });
    for await (const lists of scan) {
      const removed = await Promise.all(lists.map((list) => this.#forgetExpiredOf(list, batch)));
      for (const count of removed) forgotten += count;
    }
    return forgotten;
  }

  /** One command reads a batch and looks up its records. It goes out together with the last removal. */
  async #forgetExpiredOf(list: string, batch: number): Promise<number> {
    let forgotten = 0;
    let removing: Promise<unknown> = Promise.resolve();
    for (let kept = 0; ; ) {
      // "nosort" keeps the order of the sorted set, which is that of acceptance.
      const reading = this.#redis.sortRo(list, {
        ...{ BY: "nosort", LIMIT: { offset: kept, count: batch } },
        GET: ["#", `${keys.recordKey("*")}->order_id`],
      });
      const [words] = await Promise.all([reading, removing]);
      const ids = words.filter((id, index) => index % 2 === 0 && id !== null);
      const expired = ids.filter((_, index) => words[2 * index + 1] === null);
      if (expired.length === 0) return forgotten;
      removing = this.#redis.zRem(list, expired);
      forgotten += expired.length;
      kept += ids.length - expired.length;
    }
  }

  /** The events after the event id `after` ("0" for all), oldest first. */
  async eventsAfter(orderId: string, after: string): Promise<OrderEvent[]> {
    const entries = await this.#redis.xRange(keys.eventsKey(orderId), `(${after}`, "+");
    return (entries ?? []).map(parseOrderEvent);
  }

  /** How the pages of a completed order ended. Empty for a document of one page. */
  async pages({ order_id }: Pick<OrderRecord, "order_id">): Promise<PageEnd[]> {
    return parsePageEnds(await this.#redis.hGetAll(keys.pagesKey(order_id)));
  }
}

function parseRecord(fields: Record<string, string>): OrderRecord | undefined {
  return Object.keys(fields).length === 0 ? undefined : orderRecordSchema.parse({ ...fields });
}

function passes(record: OrderRecord, { status, title_number }: OrderFilter): boolean {
  return (
    (status === undefined || record.status === status) &&
    (title_number === undefined || record.title_number === title_number)
  );
}
