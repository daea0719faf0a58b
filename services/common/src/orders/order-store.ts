import { z } from "zod";
import type { RedisConnection } from "../redis-connection.ts";
import type { FailureReason, NewOrder, OrderRecord } from "./order.ts";
import { orderRecordSchema } from "./order.ts";
import { claimScript, completeScript, confirmScript, createScript, failScript } from "./order-scripts.ts";

/**
 * How often an order may be started. Above the queue's attempts at a source that is down, because a worker that is
 * killed costs a start too; bounded, because a document that kills its worker would go round for ever.
 */
export const maxStarts = 6;

const claimReply = z.tuple([
  z.enum(["gone", "wait", "ended", "exhausted", "claimed"]),
  z.string().transform(Number),
]);
const writeReply = z.enum(["written", "lost"]);

/** Redis has no room for what an order's step writes; reading and deleting go on. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/**
 * The orders' records: hash `order:<id>`, text `order:<id>:text`. Every method rejects when Redis does, with a
 * StoreFullError where it is full.
 */
export class OrderStore {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** First step of accepting; `deadlineMs` is since the epoch. */
  async create(order: NewOrder, deadlineMs: number): Promise<"created" | "late"> {
    const fields = Object.entries(order).flatMap(([name, value]) => [name, String(value)]);
    const reply = await this.#run(createScript, order.order_id, [String(deadlineMs), ...fields]);
    return z.enum(["created", "late"]).parse(reply);
  }

  /** Last step of accepting: from "queued" on the order is seen and run. */
  async confirm(orderId: string): Promise<"queued" | "late"> {
    return z.enum(["queued", "late"]).parse(await this.#run(confirmScript, orderId, []));
  }

  /** Undoes accepting at whatever step it is; a worker that runs the order already finds its result unwanted. */
  async revoke(orderId: string): Promise<void> {
    await this.#redis.del([recordKey(orderId), textKey(orderId)]);
  }

  /**
   * Takes an order to run it, also one whose worker died. "wait": accepting is not decided yet; "gone": it was not
   * accepted; "exhausted": started too often, and failed now with `lastReason`.
   */
  async claim(orderId: string, startedAt: string, lastReason: FailureReason) {
    const values = [startedAt, String(maxStarts), lastReason.code, lastReason.message];
    const [state, attempt] = claimReply.parse(await this.#run(claimScript, orderId, values));
    return { state, attempt };
  }

  /** Text and status in one step. "lost": another worker has the order now, or it was revoked. */
  async complete(orderId: string, attempt: number, finishedAt: string, text: string) {
    return writeReply.parse(await this.#run(completeScript, orderId, [String(attempt), finishedAt, text]));
  }

  /** `attempt` undefined: the queue gave the order up, at whichever attempt or before its first. */
  async fail(orderId: string, attempt: number | undefined, finishedAt: string, reason: FailureReason) {
    const values = [attempt === undefined ? "" : String(attempt), finishedAt, reason.code, reason.message];
    return writeReply.parse(await this.#run(failScript, orderId, values));
  }

  /** Undefined for an order that does not exist or is not accepted (yet). */
  async find(orderId: string): Promise<OrderRecord | undefined> {
    const fields = await this.#redis.hGetAll(recordKey(orderId));
    if (Object.keys(fields).length === 0) return undefined;
    const record = orderRecordSchema.parse({ ...fields });
    return record.status === "accepting" ? undefined : record;
  }

  async text(orderId: string): Promise<string | undefined> {
    return (await this.#redis.get(textKey(orderId))) ?? undefined;
  }

  async #run(script: string, orderId: string, values: string[]): Promise<unknown> {
    try {
      const keys = [recordKey(orderId), textKey(orderId)];
      return await this.#redis.eval(script, { keys, arguments: values });
    } catch (cause) {
      if (!(cause instanceof Error && cause.message.startsWith("OOM "))) throw cause;
      throw new StoreFullError("Redis is full", { cause });
    }
  }
}

export function recordKey(orderId: string): string {
  return `order:${orderId}`;
}

function textKey(orderId: string): string {
  return `order:${orderId}:text`;
}
