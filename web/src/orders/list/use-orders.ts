import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useServices } from "../../context.ts";
import { hasEnded } from "../../order/texts.ts";
import { usePolling } from "../use-polling.ts";
import type { ListFilter } from "./list-filter.ts";
import { OrderFeed } from "./order-feed.ts";
import { loadedOrders, type OrderWindow } from "./order-window.ts";

/** Pauses between two reads of the list while changes do not arrive by themselves. */
const movingMs = 500;
const restingMs = 3000;
/** While they do, only what no event tells is read again: the places in the queue. */
const queuedMs = 3000;
const followedMs = 30_000;
/** The list is read at most this often because many orders changed at once. */
const resetMs = 2000;
/** Because of one order, it is read for at most this share of the time, which spares a busy server. */
const readShare = 0.05;
const leastPauseMs = 100;

export type OrdersView = {
  /** Undefined before the first answer. */
  list: OrderWindow | undefined;
  error: Error | undefined;
  refresh(): void;
  /** Says which rows are on screen: from `start` to before `end`. */
  onShow(start: number, end: number): void;
};

/** The orders of a list, kept up to date. */
export function useOrders({ q, status, title_number, sort }: ListFilter): OrdersView {
  const { client, events } = useServices();
  const feed = useMemo(
    () =>
      new OrderFeed(client, {
        ...(q && { q }),
        ...(status && { status }),
        ...(title_number && { title_number }),
        ...(sort && { sort }),
      }),
    [client, q, status, title_number, sort],
  );
  const [, redraw] = useState({});
  const { error, refresh } = usePolling(feed.refresh, () => {
    const orders = feed.window ? loadedOrders(feed.window) : [];
    if (events.isOpen) return orders.some(({ status }) => status === "queued") ? queuedMs : followedMs;
    return orders.some(({ status }) => !hasEnded(status)) ? movingMs : restingMs;
  });
  useEffect(() => {
    let timer: number | undefined;
    let lastReadAt = Number.NEGATIVE_INFINITY;
    const leave = events.subscribe((change) => {
      const isSettled = feed.apply(change);
      redraw({});
      if (isSettled) return;
      const pauseMs =
        change.kind === "reset"
          ? resetMs
          : Math.min(resetMs, Math.max(leastPauseMs, feed.readMs / readShare));
      timer ??= window.setTimeout(
        () => {
          timer = undefined;
          lastReadAt = performance.now();
          refresh();
        },
        Math.max(0, lastReadAt + pauseMs - performance.now()),
      );
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [events, feed, refresh]);
  const onShow = useCallback(
    (start: number, end: number) => {
      // After a failure, the next read of the list tells what is wrong, and the next scroll tries again.
      feed.show(start, end).then(
        () => redraw({}),
        () => undefined,
      );
    },
    [feed],
  );
  // The last list stays until the next one is there, so that nothing flickers while somebody types.
  const last = useRef<OrderWindow>(undefined);
  if (feed.window) last.current = feed.window;
  return { list: last.current, error, refresh, onShow };
}
