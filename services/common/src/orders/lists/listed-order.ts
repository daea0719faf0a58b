import type { EndedOrder } from "../ended/ended-order.ts";
import type { OrderRecord } from "../order.ts";

/**
 * How an order waits: the number of orders that are served before it, and when the delay before its next
 * attempt ends (ms since the epoch; undefined for none).
 */
export type OrderWait = { ahead: number; nextAttemptMs: number | undefined };

/**
 * An order as a list shows it. `pages`: of its document; undefined until they are known. `failedPages`: of
 * its last attempt. `wait`: undefined for an order that does not wait for a worker.
 */
export type ListedOrder = {
  record: OrderRecord;
  pages: number | undefined;
  failedPages: number;
  wait: OrderWait | undefined;
};

/** An order that Redis holds. */
export function heldOrder(record: OrderRecord, wait: OrderWait | undefined): ListedOrder {
  return { record, pages: pagesOf(record), failedPages: record.failed_pages ?? 0, wait };
}

/** An order with its steps, which tell the pages of an order that an earlier version wrote. */
export function endedOrder({ record, steps, failedPages }: EndedOrder): ListedOrder {
  const pages = pagesOf(record) ?? steps.findLast((step) => step.pages !== undefined)?.pages;
  return { record, pages, failedPages, wait: undefined };
}

function pagesOf({ pages, document_pages, result_pages }: OrderRecord): number | undefined {
  return pages ?? document_pages ?? result_pages;
}
