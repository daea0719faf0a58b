import type { OrderOverview } from "@orbital-witness/common/orders/held-orders.ts";
import { endedOrder, type ListedOrder } from "@orbital-witness/common/orders/lists/listed-order.ts";
import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import { type OrderEvent, summarize } from "@orbital-witness/common/orders/order-events.ts";
import type { OrderEventView, OrderSummary, OrderView } from "../order-schemas.ts";
import { type QueueState, waitView } from "./queue-state.ts";

/** Returns an order as it is shown in a list. */
export function orderSummary(order: ListedOrder, queue: QueueState): OrderSummary {
  const { record, pages, failedPages, wait } = order;
  const { order_id, status, created_ms, started_ms, finished_ms } = record;
  const path = orderPath(order_id);
  return {
    order_id,
    user_id: record.user_id,
    title_number: record.title_number ?? null,
    document_type: record.document_type ?? null,
    file_name: record.file_name ?? null,
    status,
    created_at: isoTime(created_ms),
    started_at: started_ms === undefined ? null : isoTime(started_ms),
    finished_at: finished_ms === undefined ? null : isoTime(finished_ms),
    progress: hasEnded(status) ? null : (progressOf(record) ?? null),
    pages: pages ?? null,
    pages_failed_count: failedPages,
    ...waitView(wait, queue),
    reason: (status === "failed" && reasonOf(record)) || null,
    links: { events: `${path}/events`, ...(status === "completed" && { result: `${path}/result` }) },
  };
}

/** Returns an order as it is shown alone. */
export function orderView(overview: OrderOverview, queue: QueueState): OrderView {
  const { steps, pages, failedPages, emptyPages, ahead, nextAttemptMs } = overview;
  const { history, attempts } = summarize(steps);
  const wait = ahead === undefined ? undefined : { ahead, nextAttemptMs };
  return {
    ...orderSummary({ ...endedOrder(overview), wait }, queue),
    history,
    attempts: attempts.map((attempt) => ({ ...attempt, reason: attempt.reason ?? null })),
    pages_failed: pages.flatMap((end) => (end.outcome === "failed" ? { page: end.page, ...end.reason } : [])),
    pages_failed_count: failedPages,
    pages_empty: pages.flatMap((end) => (end.outcome === "empty" ? end.page : [])),
    pages_empty_count: emptyPages,
  };
}

export function eventView(event: OrderEvent): OrderEventView {
  const { at, status, attempt, worker, outcome } = event;
  return { at, status, attempt, worker, outcome, reason: reasonOf(event), progress: progressOf(event) };
}

export function orderPath(orderId: string): string {
  return `/orders/${orderId}`;
}

export function resultPath(orderId: string): string {
  return `${orderPath(orderId)}/result`;
}

export function pageImagePath(orderId: string, page: number): string {
  return `${resultPath(orderId)}/pages/${page}.png`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function progressOf({ page, pages }: Pick<OrderEvent, "page" | "pages">) {
  return page === undefined || pages === undefined ? undefined : { page, pages };
}

function reasonOf({ reason_code, reason_message }: Pick<OrderEvent, "reason_code" | "reason_message">) {
  return reason_code === undefined ? undefined : { code: reason_code, message: reason_message ?? "" };
}
