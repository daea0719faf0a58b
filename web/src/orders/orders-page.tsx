import { useCallback } from "preact/hooks";
import type { OrderList, OrderStatus, OrderSummary } from "../api/types.ts";
import { useServices } from "../context.ts";
import { StatusBadge } from "../order/status-badge.tsx";
import { hasEnded, statusText, timeText, typeText } from "../order/texts.ts";
import { go, orderAddress, pageAddress } from "../routes.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { NewOrder } from "./new-order.tsx";
import { usePolling } from "./use-polling.ts";
import "./orders.css";

const filters: readonly (OrderStatus | "")[] = [
  "",
  "queued",
  "recognizing",
  "completed",
  "failed",
  "cancelled",
];
const onPage = 50;

/** One's orders, newest first, as they change. The filter and the place in the list are in the address. */
export function OrdersPage({ query }: { query: URLSearchParams }) {
  const { client } = useServices();
  const status = query.get("status") ?? "";
  const cursor = query.get("cursor") ?? "";
  const read = useCallback(
    (signal: AbortSignal) => client.json<OrderList>(`/orders?${listQuery(status, cursor)}`, { signal }),
    [client, status, cursor],
  );
  const isMoving = ({ orders }: OrderList) => orders.some((order) => !hasEnded(order.status));
  const { value, error, refresh } = usePolling(read, (list) => (isMoving(list) ? 700 : 4000));

  return (
    <div class="orders">
      <NewOrder onOrdered={refresh} />
      <div class="orders-head">
        <h1>Orders</h1>
        <nav class="tabs" aria-label="Filter by status">
          {filters.map((each) => (
            <Link key={each} to={each === "" ? "/" : `/?status=${each}`} current={status === each}>
              {each === "" ? "All" : statusText[each]}
            </Link>
          ))}
        </nav>
      </div>
      {error && (
        <p class="notice" role="status">
          {error.message}
        </p>
      )}
      {value && <List list={value} isFiltered={status !== ""} onChange={refresh} />}
      {value && (cursor !== "" || value.next !== null) && (
        <nav class="pager" aria-label="Pages of the list">
          {cursor !== "" && (
            <button type="button" class="button" onClick={() => go(`/?${listQuery(status, "")}`)}>
              Newest
            </button>
          )}
          {value.next !== null && (
            <button type="button" class="button" onClick={() => go(addressOf(status, value.next ?? ""))}>
              Older
            </button>
          )}
        </nav>
      )}
    </div>
  );
}

function listQuery(status: string, cursor: string): URLSearchParams {
  const query = new URLSearchParams({ limit: String(onPage) });
  if (status !== "") query.set("status", status);
  if (cursor !== "") query.set("cursor", cursor);
  return query;
}

function addressOf(status: string, cursor: string): string {
  const query = listQuery(status, cursor);
  query.delete("limit");
  return query.size === 0 ? "/" : `/?${query}`;
}

type ListProps = { list: OrderList; isFiltered: boolean; onChange(): void };

function List({ list, isFiltered, onChange }: ListProps) {
  if (list.orders.length === 0) {
    return isFiltered ? (
      <EmptyState title="No such orders" />
    ) : (
      <EmptyState title="No orders yet">
        Order the sample lease: choose title number OW12345678 and type Lease above.
      </EmptyState>
    );
  }
  return (
    <ul class="order-list">
      {list.orders.map((order) => (
        <Row key={order.order_id} order={order} onChange={onChange} />
      ))}
    </ul>
  );
}

function Row({ order, onChange }: { order: OrderSummary; onChange(): void }) {
  const { order_id, title_number, document_type, status, reason, created_at } = order;
  return (
    <li class="order-row">
      <Link to={orderAddress(order_id)} class="order-name">
        <b>{title_number}</b> {typeText(document_type)}
      </Link>
      <StatusBadge order={order} />
      <span class="order-reason muted">{reason?.message}</span>
      <time class="muted" dateTime={created_at}>
        {timeText(created_at)}
      </time>
      <span class="order-actions">
        <RowAction order={order} onChange={onChange} />
        {status === "completed" && (
          <Link to={pageAddress(order_id, 1)} class="button">
            View
          </Link>
        )}
      </span>
    </li>
  );
}

function RowAction({ order: { order_id, status }, onChange }: { order: OrderSummary; onChange(): void }) {
  const { client } = useServices();
  const act = async (path: string, method: string) => {
    // A conflict means that the order has moved on, which the list shows.
    await client.send(path, { method }).catch(() => undefined);
    onChange();
  };
  if (status === "failed") {
    return (
      <button type="button" class="button" onClick={() => void act(`/orders/${order_id}/retry`, "POST")}>
        Retry
      </button>
    );
  }
  if (hasEnded(status)) return null;
  return (
    <button type="button" class="button quiet" onClick={() => void act(`/orders/${order_id}`, "DELETE")}>
      Cancel
    </button>
  );
}
