import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { fieldsReply } from "../redis/redis-script.ts";
import { type NewOrder, type OrderRecord, type OrderStatus, orderRecordSchema } from "./order.ts";
import { type OrderEvent, parseOrderEvent } from "./order-events.ts";
import * as keys from "./order-keys.ts";
import { type PageEnd, parsePageEnds } from "./order-pages.ts";
import {
  acceptScript,
  cancelScript,
  endsScript,
  overviewScript,
  retryScript,
  revokeScript,
  snapshotScript,
} from "./order-scripts.ts";
import { workerSeenMs } from "./queue/order-attempts.ts";

const acceptReply = z.tuple([z.enum(["accepted", "known", "mismatch", "late"]), z.string()]);
const cancelReply = z.tuple([z.enum(["cancelled", "ended", "gone"]), z.coerce.number()]);
const retryReply = z.tuple([z.enum(["queued", "not_failed", "too_many", "gone"]), z.coerce.number()]);
const streamEntry = z.tuple([z.string(), fieldsReply]).transform(([id, message]) => ({ id, message }));
const snapshotReply = z.tuple([fieldsReply, z.array(streamEntry), fieldsReply, z.number().nullable()]);

const overviewReply = z.tuple([
  fieldsReply,
  z.array(streamEntry),
  fieldsReply,
  z.int(),
  z.int(),
  z.number().nullable(),
]);

/** An Idempotency-Key's digest, and the digest of the request that came with it. */
export type Idempotency = { key: string; fingerprint: string };

/**
 * An order with its events, oldest first, and the pages of its last attempt that ended, in their order (none
 * where the document has one page); `ahead` is how many orders wait before it, undefined where it does not
 * wait.
 */
export type OrderSnapshot = {
  record: OrderRecord;
  events: OrderEvent[];
  pages: PageEnd[];
  ahead: number | undefined;
};

/**
 * An order without what grows with its document: its steps, how many pages of its last attempt failed or are
 * empty, and the first `namedPages` of each. `ahead` as in `OrderSnapshot`.
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
 * What expectations are made of: the moving mean of an order's time with a worker, and the workers there are.
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

/** `next` is what `before` is for the following page; undefined at the end. */
export type OrderPage = { records: OrderRecord[]; next: number | undefined };

/** Bounded, since every run adds to what is told of the order. */
export const maxRuns = 20;
/**
 * How many records one page of a filtered list may look at; the page may then be shorter than asked for, with
 * a `next`.
 */
const listScan = 200;

/** The orders' records as the Order API uses them. Every method rejects when Redis does. */
export class OrderStore {
  readonly #redis: RedisConnection;
  readonly #retentionSeconds: number;

  /** `retentionSeconds`: how long an order and its result stay once it ended. */
  constructor(redis: RedisConnection, retentionSeconds: number) {
    this.#redis = redis;
    this.#retentionSeconds = retentionSeconds;
  }

  /**
   * Makes the order and its place in the outbox, if Redis gets to it before `deadlineMs` (since the epoch).
   * "known": its Idempotency-Key has made the order `orderId` before, "mismatch": of another request.
   */
  async accept(order: NewOrder, deadlineMs: number, idempotency?: Idempotency) {
    const id = order.order_id;
    const { userOrdersKey, waitingKey, outboxKey, sequenceKey } = keys;
    const named = [userOrdersKey(order.user_id), waitingKey, outboxKey, sequenceKey];
    if (idempotency) named.push(keys.idempotencyKey(order.user_id, idempotency.key));
    const fields = Object.entries(order).flat();
    const reply = await acceptScript.run(
      this.#redis,
      [...this.#of(id), ...named],
      [...[deadlineMs, id, this.#retentionSeconds, idempotency?.fingerprint ?? ""], ...fields],
    );
    const [outcome, orderId] = acceptReply.parse(reply);
    return { outcome, orderId };
  }

  /**
   * Undoes accepting; a worker that runs the order already finds its result unwanted. Returns the order's
   * run, 0 for none.
   */
  async revoke({ order_id, user_id }: Pick<NewOrder, "order_id" | "user_id">): Promise<number> {
    const { userOrdersKey, waitingKey, outboxKey, unindexedKey } = keys;
    const named = [userOrdersKey(user_id), waitingKey, outboxKey, unindexedKey];
    return z.coerce
      .number()
      .parse(await revokeScript.run(this.#redis, [...this.#of(order_id), ...named], [order_id]));
  }

  /** `run` is the one whose job is not needed any more. */
  async cancel(orderId: string) {
    const named = [keys.waitingKey, keys.outboxKey];
    const values = [orderId, this.#retentionSeconds];
    const reply = await cancelScript.run(this.#redis, [...this.#of(orderId), ...named], values);
    const [outcome, run] = cancelReply.parse(reply);
    return { outcome, run };
  }

  /** Queues a failed order again, at the queue's end, as a new `run`; "too_many" where it had `maxRuns`. */
  async retry(orderId: string) {
    const named = [keys.waitingKey, keys.outboxKey, keys.sequenceKey];
    const reply = await retryScript.run(this.#redis, [...this.#of(orderId), ...named], [orderId, maxRuns]);
    const [outcome, run] = retryReply.parse(reply);
    return { outcome, run };
  }

  async find(orderId: string): Promise<OrderRecord | undefined> {
    return parseRecord(await this.#redis.hGetAll(keys.recordKey(orderId)));
  }

  /**
   * How far each of the orders is, in one call: undefined for an order that is unknown, "unreadable" for a
   * record that no version of ours wrote.
   */
  async ends(orderIds: readonly string[]): Promise<(OrderEnd | "unreadable" | undefined)[]> {
    if (orderIds.length === 0) return [];
    return endsReply.parse(await endsScript.run(this.#redis, orderIds.map(keys.recordKey), []));
  }

  /** Record, events, pages and place in the queue of one moment. */
  async snapshot(orderId: string): Promise<OrderSnapshot | undefined> {
    const reply = await snapshotScript.run(this.#redis, [...this.#of(orderId), keys.waitingKey], [orderId]);
    const [fields, entries, pages, ahead] = snapshotReply.parse(reply);
    const record = parseRecord(fields);
    if (!record) return undefined;
    return {
      record,
      events: entries.map(parseOrderEvent),
      pages: parsePageEnds(pages),
      ahead: ahead ?? undefined,
    };
  }

  /** What an order's owner sees of it at one moment. */
  async overview(orderId: string): Promise<OrderOverview | undefined> {
    const named = [...this.#of(orderId), keys.waitingKey];
    const reply = await overviewScript.run(this.#redis, named, [orderId, namedPages]);
    const [fields, entries, pages, failedPages, emptyPages, ahead] = overviewReply.parse(reply);
    const record = parseRecord(fields);
    if (!record) return undefined;
    const steps = entries.map(parseOrderEvent);
    return {
      ...{ record, steps, pages: parsePageEnds(pages) },
      ...{ failedPages, emptyPages, ahead: ahead ?? undefined },
    };
  }

  async pace(): Promise<QueuePace> {
    const [meanMs, workers] = await Promise.all([
      this.#redis.hGet(keys.durationKey, "mean_ms"),
      this.#redis.zCount(keys.workersKey, Date.now() - workerSeenMs, "+inf"),
    ]);
    return { meanMs: meanMs == null ? undefined : Number(meanMs), workers };
  }

  /** A user's orders, newest first, those before the place `before` where it is given. */
  async list(userId: number, limit: number, filter: OrderFilter = {}, before?: number): Promise<OrderPage> {
    const isFiltered = filter.status !== undefined || filter.title_number !== undefined;
    // One more than is shown tells whether there is another page.
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

  /** The events after the one with the id `after` ("0" for all), oldest first. */
  async eventsAfter(orderId: string, after: string): Promise<OrderEvent[]> {
    const entries = await this.#redis.xRange(keys.eventsKey(orderId), `(${after}`, "+");
    return (entries ?? []).map(parseOrderEvent);
  }

  /** What became of the pages of a completed order; none where the document has one page. */
  async pages({ order_id, result_attempt = 0 }: OrderRecord): Promise<PageEnd[]> {
    return parsePageEnds(await this.#redis.hGetAll(keys.pagesKey(order_id, result_attempt)));
  }

  #of(orderId: string): string[] {
    return [keys.recordKey(orderId), keys.eventsKey(orderId)];
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
