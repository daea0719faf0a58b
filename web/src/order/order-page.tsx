import { useCallback, useEffect } from "preact/hooks";
import type { OrderChange } from "../api/order-events.ts";
import type { Order, OrderPages } from "../api/types.ts";
import { useServices } from "../context.ts";
import { usePolling } from "../orders/use-polling.ts";
import { NothingHere } from "../ui/nothing-here.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { Life } from "./life.tsx";
import { orderTitle } from "./order-name.ts";
import { OrderNow } from "./order-now.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { durationText, hasEnded, timeText } from "./texts.ts";
import "./order.css";

/** One order: what became of it, and its result. */
export function OrderPage({ id }: { id: string }) {
  const { client, events } = useServices();
  const read = useCallback(
    (signal: AbortSignal) => readOrder((path) => client.json(path, { signal }), id),
    [client, id],
  );
  const { value, error, refresh } = usePolling(read, ({ order }) => pauseMs(order, events.isOpen));
  useEffect(
    () =>
      events.subscribe((change) => {
        if (mayBeOf(change, id)) refresh();
      }),
    [events, id, refresh],
  );
  if (!value) {
    return error ? <NothingHere why={error.message} /> : <Waiting />;
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

function mayBeOf(change: OrderChange, id: string): boolean {
  if (change.kind === "order") return change.order.order_id === id;
  return change.kind === "reset" || change.orderId === id;
}

/** While changes arrive by themselves, only what no event tells is read again: the place in the queue. */
function pauseMs({ status }: Order, hasEvents: boolean): number {
  if (hasEvents) return status === "queued" ? 3000 : 30_000;
  return hasEnded(status) ? 5000 : 500;
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
