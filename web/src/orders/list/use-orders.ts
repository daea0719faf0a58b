import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { OrderSummary } from "../../api/types.ts";
import { useServices } from "../../context.ts";
import { hasEnded } from "../../order/texts.ts";
import { usePolling } from "../use-polling.ts";
import type { ListFilter } from "./list-filter.ts";
import { OrderFeed } from "./order-feed.ts";
import type { OrderRows } from "./order-rows.ts";

/** Pauses between two reads of the list while changes do not arrive by themselves. */
const movingMs = 500;
const restingMs = 3000;
/** While they do, only what no event tells is read again: the places in the queue. */
const queuedMs = 3000;
const followedMs = 30_000;
/** The list is read at most this often because of events. */
const resetMs = 1000;

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
  const { client, events } = useServices();
  const feed = useMemo(
    () => new OrderFeed(client, { ...(status && { status }), ...(title_number && { title_number }) }),
    [client, status, title_number],
  );
  const [, redraw] = useState({});
  const { value, error, refresh } = usePolling(feed.refresh, () => {
    const { orders } = feed.rows;
    if (events.isOpen) return orders.some(({ status }) => status === "queued") ? queuedMs : followedMs;
    return orders.some(({ status }) => !hasEnded(status)) ? movingMs : restingMs;
  });
  useEffect(() => {
    let timer: number | undefined;
    let mayReadAt = 0;
    const leave = events.subscribe((change) => {
      if (feed.apply(change)) return redraw({});
      timer ??= window.setTimeout(
        () => {
          timer = undefined;
          mayReadAt = performance.now() + resetMs;
          refresh();
        },
        Math.max(0, mayReadAt - performance.now()),
      );
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [events, feed, refresh]);
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
