import { useCallback } from "preact/hooks";
import type { Order, OrderPages } from "../api/types.ts";
import { useServices } from "../context.ts";
import { usePolling } from "../orders/use-polling.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { Life } from "./life.tsx";
import { orderTitle } from "./order-name.ts";
import { OrderNow } from "./order-now.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { durationText, hasEnded, timeText } from "./texts.ts";
import "./order.css";

/** One order: what became of it, and its result. */
export function OrderPage({ id }: { id: string }) {
  const { client } = useServices();
  const read = useCallback(
    (signal: AbortSignal) => readOrder((path) => client.json(path, { signal }), id),
    [client, id],
  );
  const { value, error, refresh } = usePolling(read, ({ order }) => (hasEnded(order.status) ? 5000 : 500));
  if (!value) {
    return error ? (
      <EmptyState title={error.message}>
        <Link to="/">Go to your orders</Link>
      </EmptyState>
    ) : null;
  }
  const { order, pages } = value;
  return (
    <article class="order">
      <header class="order-head">
        <div>
          <h1>{orderTitle(order)}</h1>
          <p class="muted">
            Ordered {timeText(order.created_at)}
            {order.finished_at !== null &&
              `, ${order.status} after ${durationText(Date.parse(order.finished_at) - Date.parse(order.created_at))}`}
          </p>
        </div>
        <StatusBadge order={order} />
      </header>
      {error && (
        <p class="notice" role="status">
          {error.message}
        </p>
      )}
      <OrderNow order={order} onChange={refresh} />
      <Life order={order} pages={pages} />
      <p class="order-id muted">
        Order <code>{order.order_id}</code>
      </p>
    </article>
  );
}

type Read = <T>(path: string) => Promise<T>;

/** The order and its pages. They may be of slightly different moments. */
async function readOrder(json: Read, id: string) {
  const [order, { pages }] = await Promise.all([
    json<Order>(`/orders/${id}`),
    json<OrderPages>(`/orders/${id}/pages`),
  ]);
  return { order, pages };
}
