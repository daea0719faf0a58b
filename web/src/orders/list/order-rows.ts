import type { OrderList, OrderSummary } from "../../api/types.ts";

/** A part of the list as the API answered it. `cursor`: where it begins; "" for the newest orders. */
export type Chunk = Pick<OrderList, "orders" | "next"> & { cursor: string };

/**
 * The orders that are loaded, newest first. `next`: the cursor of the older ones; null if there are none, and
 * undefined before the first answer.
 */
export type OrderRows = { orders: readonly OrderSummary[]; next: string | null | undefined };

export const noRows: OrderRows = { orders: [], next: undefined };

/** Puts a part of the list into the rows. Orders that it covers and no longer contains are removed. */
export function withChunk(rows: OrderRows, chunk: Chunk): OrderRows {
  const { cursor, orders, next } = chunk;
  if (rows.next === undefined || hasGap(rows, chunk)) return { orders, next };
  const first = orders[0]?.created_at;
  const last = orders.at(-1)?.created_at;
  // Orders of the same millisecond as the last one may be in the next part.
  const isCovered = ({ created_at }: OrderSummary) =>
    (cursor === "" || (first !== undefined && created_at < first)) &&
    (next === null || (last !== undefined && created_at > last));
  const fresh = new Set(orders.map(({ order_id }) => order_id));
  const known = new Map(rows.orders.map((order) => [order.order_id, order]));
  const kept = rows.orders.filter((order) => !fresh.has(order.order_id) && !isCovered(order));
  const unchanged = orders.map((order) => sameAs(known.get(order.order_id), order));
  const isTail = cursor !== "" && cursor === rows.next;
  return {
    orders: [...kept, ...unchanged].sort(newestFirst),
    next: isTail || (cursor === "" && next === null) ? next : rows.next,
  };
}

/**
 * Puts a changed order into the rows if it `matches` the list, and otherwise removes it. An order that is
 * older than all rows comes when its part is loaded.
 */
export function withOrder(rows: OrderRows, order: OrderSummary, matches: boolean): OrderRows {
  const { orders, next } = rows;
  const others = orders.filter(({ order_id }) => order_id !== order.order_id);
  if (!matches) return others.length === orders.length ? rows : { orders: others, next };
  const oldest = orders.at(-1);
  const isLoaded = next === null || (oldest !== undefined && newestFirst(order, oldest) <= 0);
  if (!isLoaded) return rows;
  return { orders: [...others, order].sort(newestFirst), next };
}

export function withoutOrder({ orders, next }: OrderRows, orderId: string): OrderRows {
  return { orders: orders.filter(({ order_id }) => order_id !== orderId), next };
}

/** More orders are new than the newest part holds, so nobody knows those between it and the rows. */
function hasGap(rows: OrderRows, { cursor, orders, next }: Chunk): boolean {
  const newest = rows.orders[0];
  const oldest = orders.at(-1);
  return cursor === "" && next !== null && !!newest && !!oldest && oldest.created_at > newest.created_at;
}

/** A row is drawn again only if its order is another object. */
function sameAs(known: OrderSummary | undefined, order: OrderSummary): OrderSummary {
  return known && JSON.stringify(known) === JSON.stringify(order) ? known : order;
}

function newestFirst(a: OrderSummary, b: OrderSummary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return a.order_id < b.order_id ? 1 : -1;
}
