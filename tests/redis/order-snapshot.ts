import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { stepsOf } from "./sample-order.ts";

/**
 * Everything that is known of an order: its record, all events, the pages of its last attempt that ended, and
 * the number of items that are served before it (undefined unless it waits).
 */
export type OrderSnapshot = {
  record: OrderRecord;
  events: OrderEvent[];
  pages: PageEnd[];
  ahead: number | undefined;
};

/** Undefined for an unknown order. The order must not change meanwhile, except that it may be archived. */
export async function snapshotOf(store: OrderStore, orderId: string): Promise<OrderSnapshot | undefined> {
  const record = await store.find(orderId);
  if (!record) return undefined;
  const [events, pages, overview] = await Promise.all([
    stepsOf(store, orderId),
    store.pages(record),
    store.overview(orderId),
  ]);
  return { record, events, pages, ahead: overview?.ahead };
}
