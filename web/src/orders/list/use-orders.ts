import { useCallback, useMemo, useState } from "preact/hooks";
import type { OrderSummary } from "../../api/types.ts";
import { useServices } from "../../context.ts";
import { hasEnded } from "../../order/texts.ts";
import { usePolling } from "../use-polling.ts";
import type { ListFilter } from "./list-filter.ts";
import { OrderFeed } from "./order-feed.ts";
import type { OrderRows } from "./order-rows.ts";

/** Pauses between two reads of the list while orders change, and while none does. */
const movingMs = 500;
const restingMs = 3000;

export type OrdersView = {
  /** Undefined before the first answer. */
  rows: OrderRows | undefined;
  error: Error | undefined;
  refresh(): void;
  /** Says which rows are on screen. Loads older orders when the end is near. */
  onShow(shown: readonly OrderSummary[], isNearEnd: boolean): void;
};

/** The orders of a list, kept up to date. */
export function useOrders({ status, title_number }: ListFilter): OrdersView {
  const { client } = useServices();
  const feed = useMemo(
    () => new OrderFeed(client, { ...(status && { status }), ...(title_number && { title_number }) }),
    [client, status, title_number],
  );
  const [, redraw] = useState({});
  const { value, error, refresh } = usePolling(feed.refresh, () =>
    feed.rows.orders.some((order) => !hasEnded(order.status)) ? movingMs : restingMs,
  );
  const onShow = useCallback(
    (shown: readonly OrderSummary[], isNearEnd: boolean) => {
      feed.show(shown);
      if (!isNearEnd) return;
      // After a failure, the next read of the list tells what is wrong, and the next scroll tries again.
      feed.more().then(
        () => redraw({}),
        () => undefined,
      );
    },
    [feed],
  );
  return {
    rows: value === undefined || feed.rows.next === undefined ? undefined : feed.rows,
    error,
    refresh,
    onShow,
  };
}
