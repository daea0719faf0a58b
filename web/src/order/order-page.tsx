import { useCallback } from "preact/hooks";
import type { Order } from "../api/types.ts";
import { useServices } from "../context.ts";
import { usePolling } from "../orders/use-polling.ts";
import { pageAddress } from "../routes.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { Formats } from "./formats.tsx";
import { Life } from "./life.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { adviceFor, durationText, hasEnded, timeText, typeText } from "./texts.ts";
import "./order.css";

/** One order: what became of it, and its result. */
export function OrderPage({ id }: { id: string }) {
  const { client } = useServices();
  const read = useCallback(
    (signal: AbortSignal) => client.json<Order>(`/orders/${id}`, { signal }),
    [client, id],
  );
  const { value, error, refresh } = usePolling(read, ({ status }) => (hasEnded(status) ? 5000 : 500));
  if (!value) return error ? <EmptyState title={error.message} /> : null;
  return (
    <article class="order">
      <header class="order-head">
        <div>
          <h1>
            {value.title_number} {typeText(value.document_type)}
          </h1>
          <p class="muted">
            Ordered {timeText(value.created_at)}
            {value.finished_at !== null &&
              `, ended after ${durationText(Date.parse(value.finished_at) - Date.parse(value.created_at))}`}
          </p>
        </div>
        <StatusBadge order={value} />
      </header>
      {error && (
        <p class="notice" role="status">
          {error.message}
        </p>
      )}
      <Now order={value} onChange={refresh} />
      <Life order={value} />
    </article>
  );
}

/** What the order waits for, why it failed, or where its result is. */
function Now({ order, onChange }: { order: Order; onChange(): void }) {
  const { client } = useServices();
  const act = async (path: string, method: string) => {
    // A conflict means that the order has moved on, which the view shows.
    await client.send(path, { method }).catch(() => undefined);
    onChange();
  };
  if (order.status === "completed") {
    return (
      <section class="card order-now">
        <p>
          <Link to={pageAddress(order.order_id, 1)} class="button primary">
            View scan and text
          </Link>
        </p>
        <Formats id={order.order_id} name={`${order.title_number}-${order.document_type}`} />
        <PageProblems order={order} />
      </section>
    );
  }
  if (order.status === "failed") {
    return (
      <section class="card order-now failed">
        <p>
          <b>{order.reason?.message}</b>
        </p>
        <p>{adviceFor(order.reason?.code ?? "")}</p>
        <button
          type="button"
          class="button primary"
          onClick={() => void act(`/orders/${order.order_id}/retry`, "POST")}
        >
          Try again
        </button>
      </section>
    );
  }
  if (order.status === "cancelled")
    return <section class="card order-now">You cancelled this order.</section>;
  return (
    <section class="card order-now">
      <p>{waitingText(order)}</p>
      <button type="button" class="button" onClick={() => void act(`/orders/${order.order_id}`, "DELETE")}>
        Cancel
      </button>
    </section>
  );
}

function waitingText({ status, position, expected_seconds, progress }: Order): string {
  const expected =
    expected_seconds === null ? "" : ` Expected in about ${durationText(expected_seconds * 1000)}.`;
  if (position !== null && status === "queued") {
    return position === 1 ? `Next in the queue.${expected}` : `Number ${position} in the queue.${expected}`;
  }
  if (status === "fetching") return "A worker fetches the document.";
  if (progress) return `${progress.page} of ${progress.pages} pages are read.${expected}`;
  return `A worker reads the document.${expected}`;
}

function PageProblems({ order }: { order: Order }) {
  const { pages_failed, pages_failed_count, pages_empty_count } = order;
  if (pages_failed_count === 0 && pages_empty_count === 0) return null;
  return (
    <>
      {pages_empty_count > 0 && <p class="muted">{countText(pages_empty_count)} without text.</p>}
      {pages_failed_count > 0 && <p>{countText(pages_failed_count)} could not be read:</p>}
      <ul>
        {pages_failed.slice(0, 10).map(({ page, message }) => (
          <li key={page}>
            Page {page}: {message}
          </li>
        ))}
      </ul>
    </>
  );
}

const countText = (count: number) => (count === 1 ? "1 page" : `${count} pages`);
