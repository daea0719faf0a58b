import { parseItem, type QueueItem } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { same } from "./same.ts";

/** An order as Redis has it: the fields of its record and of its pages. */
export type HeldOrder = { record: Record<string, string>; pages: Record<string, string> };

/**
 * Checks, without the model, that everything which should be done is in exactly one place: in the queue or
 * with a worker.
 */
export function checkPlaces(orders: readonly HeldOrder[], items: string[], leases: string[]): void {
  const parsed = items.map(parseItem);
  for (const order of orders) checkOrder(order, parsed, leases);
  // What waits for orders that have ended, or are gone, is single pages only.
  const running = new Set(orders.filter(({ record }) => isHere(record)).map(({ record }) => record.order_id));
  same(
    parsed.filter(({ order_id, page }) => !running.has(order_id) && page === undefined),
    [],
  );
  const isOrders = (name: string) => name.split(".").length === 3;
  same(
    leases.filter((name) => !running.has(name.split(".")[0]) && isOrders(name)),
    [],
  );
}

const isHere = ({ status = "" }: Record<string, string>) =>
  ["queued", "fetching", "recognizing"].includes(status);

function checkOrder({ record, pages }: HeldOrder, items: readonly QueueItem[], leases: string[]): void {
  const { order_id, status = "", run, attempt } = record;
  const mine = items.filter((item) => item.order_id === order_id && item.run === Number(run));
  same(mine.filter((item) => item.attempt === undefined).length, status === "queued" ? 1 : 0);
  const name = `${order_id}.${run}.${attempt}`;
  const isInOneHand = status === "fetching" || (status === "recognizing" && record.handed_out === undefined);
  same(leases.includes(name), isInOneHand);
  if (status !== "recognizing" || isInOneHand) return;
  const ofAttempt = mine.filter((item) => item.attempt === Number(attempt));
  const [count, handedOut] = [Number(record.pages), Number(record.handed_out)];
  same(ofAttempt.filter(({ page }) => page === undefined).length, handedOut < count ? 1 : 0);
  for (let page = 1; page <= count; page++) {
    if (pages[page] !== undefined) continue;
    const places = [
      ...ofAttempt.filter((item) => item.page === page),
      ...leases.filter((lease) => lease.startsWith(`${name}.${page}.`)),
    ];
    same(places.length, page > handedOut ? 0 : 1);
  }
}
