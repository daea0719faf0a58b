import { z } from "zod";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { fieldsReply } from "../redis/redis-script.ts";
import type { EndedOrder } from "./ended/ended-order.ts";
import { heldOrder, type ListedOrder } from "./lists/listed-order.ts";
import { type OrderRecord, type OrderStatus, orderRecordSchema, orderStatusSchema } from "./order.ts";
import { type OrderEvent, parseOrderEvent } from "./order-events.ts";
import { pagesKey, queueKeys, recordKey, stepKeys } from "./order-keys.ts";
import { type PageEnd, parsePageEnds } from "./order-pages.ts";
import { steps } from "./order-scripts.ts";
import { defaultLeaseMs } from "./queue/order-queue.ts";

const streamEntry = z.tuple([z.string(), fieldsReply]).transform(([id, message]) => ({ id, message }));
const overviewReply = z.tuple([
  fieldsReply,
  z.array(streamEntry),
  fieldsReply,
  z.int(),
  z.int(),
  z.number().nullable(),
  z.number().nullable(),
]);
const listedReply = z.tuple(
  [z.string().nullable(), z.int()],
  z.tuple([fieldsReply, z.number().nullable(), z.number().nullable()]),
);
const words = z.tuple([z.string(), z.string(), z.string(), z.string()]);
const followReply = z.tuple([words, z.array(streamEntry)]);

/**
 * The basis for estimated times: the moving mean of the time for which workers read an order, and the number
 * of workers.
 */
export type QueuePace = { meanMs: number | undefined; workers: number };

/**
 * An order as its owner sees it, with the first `namedPages` of the failed and of the empty pages. `ahead`:
 * the number of orders that wait before this one; undefined once a worker reads its pages. `nextAttemptMs`:
 * when the delay before its next attempt ends, in ms since the epoch; undefined for none.
 */
export type OrderOverview = EndedOrder & { ahead: number | undefined; nextAttemptMs: number | undefined };
export const namedPages = 100;

/** The pages of an order that ended, all its pages, and when the last one ended (ms; undefined for none). */
export type OrderProgress = { page: number; pages: number; at_ms: number | undefined };

/** The progress of an order, and its steps after some event, oldest first. */
export type OrderNews = {
  status: OrderStatus;
  progress: OrderProgress | undefined;
  steps: OrderEvent[];
};

const endSchema = orderRecordSchema.pick({ status: true, attempt: true, result_attempt: true });
const endsReply = z.array(
  z.tuple([z.string(), z.string(), z.string()]).transform(([status, attempt, result]) => {
    if (status === "") return undefined;
    const end = { status, attempt, result_attempt: result === "" ? undefined : result };
    return endSchema.safeParse(end).data ?? ("unreadable" as const);
  }),
);

/** `orders`: in the sequence in which they were requested. */
export type ListedOrders = { orders: (ListedOrder | "unreadable" | undefined)[]; pace: QueuePace };

export type OrderEnd = Pick<OrderRecord, "status" | "attempt" | "result_attempt">;

/**
 * The orders that Redis holds: those that have not ended, and those that ended and are not archived yet.
 * Every method rejects when Redis does, and with a ZodError for what no version of this project wrote.
 */
export class HeldOrders {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async find(orderId: string): Promise<OrderRecord | undefined> {
    return parseRecord(await this.#redis.hGetAll(recordKey(orderId)));
  }

  /**
   * The progress of each order, in one call. Undefined for an order that Redis does not hold; "unreadable"
   * for a record that no version of this project wrote.
   */
  async ends(orderIds: readonly string[]): Promise<(OrderEnd | "unreadable" | undefined)[]> {
    if (orderIds.length === 0) return [];
    return endsReply.parse(await steps.ends.run(this.#redis, orderIds.map(recordKey), []));
  }

  /** The order, all read at the same moment. */
  async overview(orderId: string): Promise<OrderOverview | undefined> {
    const reply = await steps.overview.run(this.#redis, stepKeys(orderId), [namedPages]);
    const [fields, entries, pages, failedPages, emptyPages, ahead, due] = overviewReply.parse(reply);
    const record = parseRecord(fields);
    if (!record) return undefined;
    return {
      ...{ record, steps: entries.map(parseOrderEvent), pages: parsePageEnds(pages) },
      ...{ failedPages, emptyPages, ahead: ahead ?? undefined, nextAttemptMs: due ?? undefined },
    };
  }

  /**
   * Orders of one user as a list shows them, and the pace of the queue, all read at the same moment.
   * Undefined for an order that Redis does not hold; "unreadable" for a record that no version of this
   * project wrote.
   */
  async listed(userId: number, orderIds: readonly string[]): Promise<ListedOrders> {
    const keys = [...queueKeys, ...orderIds.map(recordKey)];
    const reply = await steps.listed.run(this.#redis, keys, [userId, defaultLeaseMs]);
    const [meanMs, workers, ...orders] = listedReply.parse(reply);
    return {
      orders: orders.map(([fields, ahead, due]) => {
        if (Object.keys(fields).length === 0) return undefined;
        const record = orderRecordSchema.safeParse({ ...fields });
        if (!record.success) return "unreadable";
        const wait = ahead === null ? undefined : { ahead, nextAttemptMs: due ?? undefined };
        return heldOrder(record.data, wait);
      }),
      pace: { meanMs: meanMs === null ? undefined : Number(meanMs), workers },
    };
  }

  /** What happened after the event id `after` ("0" for all), all read at the same moment. */
  async news(orderId: string, after: string): Promise<OrderNews | undefined> {
    const reply = await steps.follow.run(this.#redis, stepKeys(orderId), [after]);
    const [[status, page, pages, page_ms], entries] = followReply.parse(reply);
    if (status === "") return undefined;
    const at_ms = page_ms === "" ? undefined : Number(page_ms);
    return {
      status: orderStatusSchema.parse(status),
      progress: pages === "" ? undefined : { page: Number(page), pages: Number(pages), at_ms },
      steps: entries.map(parseOrderEvent).filter((event) => event.status !== undefined),
    };
  }

  /** How the pages of the order's last attempt ended. */
  async pages(orderId: string): Promise<PageEnd[]> {
    return parsePageEnds(await this.#redis.hGetAll(pagesKey(orderId)));
  }
}

function parseRecord(fields: Record<string, string>): OrderRecord | undefined {
  return Object.keys(fields).length === 0 ? undefined : orderRecordSchema.parse({ ...fields });
}
