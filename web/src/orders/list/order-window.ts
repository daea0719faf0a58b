import type { OrderList, OrderSummary, StatusCounts } from "../../api/types.ts";

/** The list is loaded in parts of so many orders. */
export const partSize = 50;

/**
 * A long list of which some parts are loaded. Part `n` begins at row `n * partSize`. `counts`: null while the
 * server is indexing the orders.
 */
export type OrderWindow = {
  total: number;
  counts: StatusCounts | null;
  parts: ReadonlyMap<number, readonly OrderSummary[]>;
};

/** Undefined for a row that is not loaded. */
export function orderAt({ parts }: OrderWindow, row: number): OrderSummary | undefined {
  return parts.get(Math.floor(row / partSize))?.[row % partSize];
}

/** The row of an order, or -1 if it is not loaded. */
export function rowOf({ parts }: OrderWindow, id: string): number {
  for (const [part, orders] of parts) {
    const index = orders.findIndex(({ order_id }) => order_id === id);
    if (index >= 0) return part * partSize + index;
  }
  return -1;
}

export function loadedOrders({ parts }: OrderWindow): OrderSummary[] {
  return [...parts.values()].flat();
}

/** The parts that rows from `start` to before `end` are in. */
export function partsOf(start: number, end: number): number[] {
  const first = Math.floor(start / partSize);
  const count = Math.max(1, Math.ceil(end / partSize) - first);
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Puts answers for parts in. With `isOnly`, all other parts are forgotten, because rows may have moved. */
export function withAnswers(
  window: OrderWindow | undefined,
  answers: ReadonlyMap<number, OrderList>,
  isOnly: boolean,
): OrderWindow | undefined {
  const [newest] = [...answers].slice(-1);
  if (!newest) return window;
  const [part, { total, counts, orders, next }] = newest;
  const known = new Map((window ? loadedOrders(window) : []).map((order) => [order.order_id, order]));
  const parts = new Map(isOnly ? [] : window?.parts);
  for (const [number, list] of answers) {
    parts.set(
      number,
      list.orders.map((order) => sameAs(known.get(order.order_id), order)),
    );
  }
  // Without a total, one more row leads to the next part.
  const loaded = part * partSize + orders.length + (next === null ? 0 : 1);
  return { total: total ?? Math.max(loaded, isOnly ? 0 : (window?.total ?? 0)), counts, parts };
}

/**
 * Replaces an order where it is. In a list of all orders, newest first (`hasAll`), a new order comes to the
 * top. `isSettled`: the list has the same orders as the server's, at the same rows, and the counts are right.
 */
export function withOrder(
  window: OrderWindow,
  order: OrderSummary,
  hasAll = false,
): { window: OrderWindow; isSettled: boolean } {
  const row = rowOf(window, order.order_id);
  const before = row < 0 ? undefined : orderAt(window, row);
  if (!before) return withNew(window, order, hasAll);
  const part = Math.floor(row / partSize);
  const orders = (window.parts.get(part) ?? []).with(row % partSize, order);
  const parts = new Map(window.parts).set(part, orders);
  if (before.status === order.status) return { window: { ...window, parts }, isSettled: true };
  const counts = hasAll ? moved(window.counts, before.status, order.status) : window.counts;
  return { window: { ...window, parts, counts }, isSettled: hasAll };
}

function withNew(window: OrderWindow, order: OrderSummary, hasAll: boolean) {
  const newest = orderAt(window, 0);
  const isNew = newest ? order.created_at > newest.created_at : window.total === 0;
  if (!hasAll || !isNew) return { window, isSettled: false };
  const parts = new Map<number, readonly OrderSummary[]>();
  let pushed: OrderSummary | undefined = order;
  for (const part of [...window.parts.keys()].sort((one, other) => one - other)) {
    // Without the part before, nobody knows the first row. The part is loaded again when it is shown.
    if (part > 0 && !parts.has(part - 1)) continue;
    const orders: OrderSummary[] = [...(pushed ? [pushed] : []), ...(window.parts.get(part) ?? [])];
    parts.set(part, orders.slice(0, partSize));
    pushed = orders[partSize];
  }
  const counts = moved(window.counts, undefined, order.status);
  return { window: { total: window.total + 1, counts, parts }, isSettled: true };
}

/** The counts after an order changed its status, or came (without a status before). */
function moved(
  counts: StatusCounts | null,
  from: OrderSummary["status"] | undefined,
  to: OrderSummary["status"],
): StatusCounts | null {
  if (!counts) return null;
  return { ...counts, ...(from && { [from]: counts[from] - 1 }), [to]: counts[to] + 1 };
}

/** A row is drawn again only if its order is another object. */
function sameAs(known: OrderSummary | undefined, order: OrderSummary): OrderSummary {
  return known && JSON.stringify(known) === JSON.stringify(order) ? known : order;
}
