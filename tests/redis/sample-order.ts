import { randomUUID } from "node:crypto";
import {
  type FailureReason,
  type NewOrder,
  type OrderRecord,
  orderRecordSchema,
} from "@orbital-witness/common/orders/order.ts";
import { recordKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import {
  defaultSuspicionMs,
  type OrderAttempts,
} from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { OrderJob, PageJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";

let users = 0;

/** A new order, of a new user unless `fields` names one. */
export function sampleOrder(fields: Partial<NewOrder> = {}): NewOrder {
  return {
    order_id: randomUUID(),
    user_id: ++users,
    request_id: "r",
    title_number: "OW12345678",
    document_type: "lease",
    ...fields,
  };
}

/** The record of a completed order whose result has this number of pages. */
export function completedOrder(pages: number): OrderRecord {
  const counts = { run: 1, attempt: 1, failures: 0, turn: 1, result_attempt: 1, result_pages: pages };
  const times = { created_ms: 0, finished_ms: 1e12 };
  return orderRecordSchema.parse({ ...sampleOrder(), status: "completed", ...counts, ...times });
}

/** A deadline that Redis can meet, in milliseconds since the epoch. */
export const inTime = () => Date.now() + 10_000;

export const workerLost: FailureReason = { code: "worker_lost", message: "The worker never came back." };

/** An order that was accepted. */
export async function accepted(store: OrderStore, fields: Partial<NewOrder> = {}, idempotency?: Idempotency) {
  const order = sampleOrder(fields);
  const { outcome } = await store.accept(order, inTime(), idempotency);
  if (outcome !== "accepted") throw new Error(`the order was not accepted: ${outcome}`);
  return order;
}

/** Claims the run. @returns the order's record, as the worker gets it */
export async function claimed(attempts: OrderAttempts, order_id: string, run = 1, worker = "worker-1") {
  const claim = await attempts.claim({ order_id, run }, worker, workerLost);
  if (claim.state !== "claimed") throw new Error(`the order was not claimed: ${claim.state}`);
  return claim.order;
}

/** A page of an order's attempt. */
export function pageJob({ order_id, run, attempt }: OrderRecord, page: number): PageJob {
  return { order_id, run, attempt, page };
}

/** Claims the page. @returns what the worker gets */
export async function claimedPage(attempts: OrderAttempts, job: PageJob, worker = "worker-1") {
  const claim = await attempts.claimPage(job, worker, workerLost);
  if (claim.state !== "claimed") throw new Error(`the page was not claimed: ${claim.state}`);
  return claim.page;
}

const suspect = `#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1],
  'suspected_attempt', redis.call('HGET', KEYS[1], 'attempt'), 'suspected_ms', now - ARGV[1])`;

/** Marks the order's attempt as suspected since `ms` milliseconds, also when Redis is full. */
export async function letSuspicionStand(redis: RedisConnection, orderId: string, ms = defaultSuspicionMs) {
  await redis.eval(suspect, { keys: [recordKey(orderId)], arguments: [String(ms)] });
}

/** Claims a run that another attempt has, as if its worker did not withdraw the suspicion. */
export async function claimSuspected(redis: RedisConnection, attempts: OrderAttempts, job: OrderJob) {
  await letSuspicionStand(redis, job.order_id);
  return attempts.claim(job, "worker-2", workerLost);
}
