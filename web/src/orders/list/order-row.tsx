import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { errorText } from "../../api/api-error.ts";
import type { OrderSummary } from "../../api/types.ts";
import { useServices } from "../../context.ts";
import { orderName, orderTitle } from "../../order/order-name.ts";
import { StatusBadge } from "../../order/status-badge.tsx";
import { durationText, timeText } from "../../order/texts.ts";
import { waitingText } from "../../order/waiting-text.ts";
import { orderAddress, pageAddress } from "../../routes.ts";
import { Link } from "../../ui/link.tsx";
import { actOn, canCancel, canRetry, type OrderAction } from "../order-actions.ts";

type RowProps = {
  order: OrderSummary;
  /** Its place in the list, from 1, and the number of orders that are loaded. */
  place: number;
  count: number;
  isSelected: boolean;
  onSelect(id: string, isSelected: boolean): void;
  onChange(): void;
};

export const OrderRow = memo(({ order, place, count, isSelected, onSelect, onChange }: RowProps) => {
  const { order_id, status, reason, created_at } = order;
  const [problem, setProblem] = useState<string>();
  const { main, more } = orderName(order);
  const name = orderTitle(order);
  const detail = problem ?? reason?.message ?? queueText(order) ?? tookText(order);
  return (
    <li class={isSelected ? "order-row selected" : "order-row"} aria-posinset={place} aria-setsize={count}>
      <input
        type="checkbox"
        aria-label={`Select ${name}`}
        checked={isSelected}
        onChange={({ currentTarget }) => onSelect(order_id, currentTarget.checked)}
      />
      <Link to={orderAddress(order_id)} class="order-name">
        <b>{main}</b> <span>{more}</span>
      </Link>
      <StatusBadge order={order} />
      <span class="order-detail" title={detail}>
        {detail}
      </span>
      <time dateTime={created_at}>{timeText(created_at)}</time>
      <span class="order-actions">
        <RowAction order={order} name={name} onChange={onChange} onProblem={setProblem} />
        {status === "completed" && (
          <Link to={pageAddress(order_id, 1)} class="button" label={`View ${name}`}>
            View
          </Link>
        )}
      </span>
    </li>
  );
});

/** What an order waits for. Its badge shows how far a worker has come. */
function queueText(order: OrderSummary): string | undefined {
  return order.status === "queued" || order.waits_for !== null ? waitingText(order) : undefined;
}

/** How long a completed order took, as on its own page. A failed run before a retry counts too. */
function tookText({ status, created_at, finished_at }: OrderSummary): string | undefined {
  if (status !== "completed" || finished_at === null) return undefined;
  return `After ${durationText(Date.parse(finished_at) - Date.parse(created_at))}`;
}

type ActionProps = {
  order: OrderSummary;
  name: string;
  onChange(): void;
  onProblem(message: string | undefined): void;
};

function RowAction({ order, name, onChange, onProblem }: ActionProps) {
  const { client } = useServices();
  const [isBusy, setIsBusy] = useState(false);
  const act = async (action: OrderAction) => {
    setIsBusy(true);
    onProblem(undefined);
    try {
      await actOn(client, order.order_id, action);
    } catch (error) {
      onProblem(errorText(error));
    }
    setIsBusy(false);
    onChange();
  };
  const button = (action: OrderAction, text: string) => (
    <button
      type="button"
      class={action === "cancel" ? "button quiet" : "button"}
      disabled={isBusy}
      aria-label={`${text} ${name}`}
      onClick={() => void act(action)}
    >
      {text}
    </button>
  );
  if (canRetry(order)) return button("retry", "Retry");
  return canCancel(order) ? button("cancel", "Cancel") : null;
}
