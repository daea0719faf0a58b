import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import { pagesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { type PageEnd, parsePageEnds } from "@orbital-witness/common/orders/order-pages.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { retentionSeconds } from "./redis-database.ts";

/**
 * Everything that Redis holds of an order: its record, all events, the pages of its last attempt that ended,
 * and the number of items that are served before it (undefined unless it waits).
 */
export type OrderSnapshot = {
  record: OrderRecord;
  events: OrderEvent[];
  pages: PageEnd[];
  ahead: number | undefined;
};

/** Undefined for an unknown order. The order must not change meanwhile. */
export async function snapshotOf(
  redis: RedisConnection,
  orderId: string,
): Promise<OrderSnapshot | undefined> {
  const store = new OrderStore(redis, retentionSeconds);
  const record = await store.find(orderId);
  if (!record) return undefined;
  const [events, pages, overview] = await Promise.all([
    store.eventsAfter(orderId, "0"),
    redis.hGetAll(pagesKey(orderId)),
    store.overview(orderId),
  ]);
  return { record, events, pages: parsePageEnds(pages), ahead: overview?.ahead };
}
