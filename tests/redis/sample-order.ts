import { randomUUID } from "node:crypto";
import {
  type FailureReason,
  type NewOrder,
  type OrderRecord,
  orderRecordSchema,
} from "@orbital-witness/common/orders/order.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import { delayedKey, leasesKey, waitingKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { Idempotency, OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { ClaimedPage, OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import {
  type OrderQueue,
  parseItem,
  type QueueItem,
} from "@orbital-witness/common/orders/queue/order-queue.ts";
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

/** The items of an order that wait in the queue, in the order in which they are served. */
export async function waitingItems(redis: RedisConnection, orderId: string): Promise<QueueItem[]> {
  const items = await redis.zRange(waitingKey, 0, -1);
  return items.map(parseItem).filter(({ order_id }) => order_id === orderId);
}

/** The item of an order that waits, or the item of its pages. */
export async function waitingItem(redis: RedisConnection, orderId: string): Promise<QueueItem> {
  const [item] = await waitingItems(redis, orderId);
  if (!item) throw new Error(`the order ${orderId} has no item in the queue`);
  return item;
}

/** Claims an order that waits. @returns its record, as the worker gets it */
export async function claimed(
  { redis, attempts }: { redis: RedisConnection; attempts: OrderAttempts },
  orderId: string,
  worker = "worker-1",
) {
  const claim = await attempts.claim(await waitingItem(redis, orderId), worker);
  if (claim.state !== "claimed") throw new Error(`the order was not claimed: ${claim.state}`);
  return claim.order;
}

/** Claims the next page of an order, or the page that comes again. @returns what the worker gets */
export async function claimedPage(
  { redis, attempts }: { redis: RedisConnection; attempts: OrderAttempts },
  orderId: string,
  worker = "worker-1",
) {
  const { attempt = 0, ...item } = await waitingItem(redis, orderId);
  const claim = await attempts.claimPage({ ...item, attempt }, worker);
  if (claim.state !== "claimed") throw new Error(`the page was not claimed: ${claim.state}`);
  return claim.page;
}

/** Claims the next pages of an order, one for each worker. @returns the page of a number, as claimed */
export async function claimedPages(
  services: { redis: RedisConnection; attempts: OrderAttempts },
  orderId: string,
  workers: readonly string[],
): Promise<(page: number) => ClaimedPage> {
  const pages: ClaimedPage[] = [];
  for (const worker of workers) pages.push(await claimedPage(services, orderId, worker));
  return (page) => {
    const found = pages.find((claim) => claim.page === page);
    if (!found) throw new Error(`page ${page} was not claimed`);
    return found;
  };
}

/** Everything of an order that is in the queue: its items and its leases. */
export async function inQueue(redis: RedisConnection, orderId: string): Promise<string[]> {
  const sets = await Promise.all([waitingKey, delayedKey, leasesKey].map((key) => redis.zRange(key, 0, -1)));
  return sets.flat().filter((name) => name.includes(orderId));
}

/** The steps of an order's life, or those after an event. */
export async function stepsOf(store: OrderStore, orderId: string, after = "0"): Promise<OrderEvent[]> {
  return (await store.news(orderId, after))?.steps ?? [];
}

/** Lets the time pass for which the items of an order are delayed. */
export async function endDelays(
  { redis, queue }: { redis: RedisConnection; queue: OrderQueue },
  orderId: string,
): Promise<void> {
  const delayed = await redis.zRange(delayedKey, 0, -1);
  for (const value of delayed.filter((item) => parseItem(item).order_id === orderId)) {
    await redis.zAdd(delayedKey, { value, score: 1 });
  }
  await queue.next("worker-of-the-test", "archive");
}

/** Lets all leases of an order run out, as if their workers were gone. */
export async function endLeases(redis: RedisConnection, orderId: string): Promise<void> {
  const leases = await redis.zRange(leasesKey, 0, -1);
  const own = leases.filter((lease) => lease.startsWith(orderId));
  await redis.zAdd(
    leasesKey,
    own.map((value) => ({ value, score: 1 })),
  );
}

/** Lets the leases of an order run out, and collects the first one as another worker does. */
export async function collected(
  services: { redis: RedisConnection; queue: OrderQueue; attempts: OrderAttempts },
  orderId: string,
) {
  await endLeases(services.redis, orderId);
  const next = await services.queue.next("worker-2", "archive");
  if (next.do !== "collect") throw new Error(`the worker was not told to collect, but to ${next.do}`);
  return services.attempts.collect(next.lease, workerLost);
}
