import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";

/** An order as its owner sees it: times are null until they happened, `reason` is there when it failed. */
export function orderView(order: OrderRecord) {
  const failed = order.status === "failed";
  return {
    order_id: order.order_id,
    user_id: order.user_id,
    title_number: order.title_number,
    document_type: order.document_type,
    status: order.status,
    created_at: order.created_at,
    started_at: order.started_at ?? null,
    finished_at: order.finished_at ?? null,
    ...(failed && { reason: { code: order.reason_code, message: order.reason_message } }),
    ...(order.status === "completed" && { links: { text: `/orders/${order.order_id}/text` } }),
  };
}
