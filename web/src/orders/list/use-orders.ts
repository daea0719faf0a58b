import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { OrderChange } from "../../api/order-events.ts";
import { useServices } from "../../context.ts";
import { hasEnded } from "../../order/texts.ts";
import { usePolling } from "../use-polling.ts";
import type { ListFilter } from "./list-filter.ts";
import { OrderFeed } from "./order-feed.ts";
import { loadedOrders, type OrderWindow } from "./order-window.ts";
import { Paced, pauseAfter } from "./paced.ts";

/** Pauses between two reads of the list while changes do not arrive by themselves. */
const movingMs = 500;
const restingMs = 3000;
/** While they do, only what no event tells is read again: the places in the queue. */
const queuedMs = 3000;
const followedMs = 30_000;
/** The list is read at most this often because many orders changed at once. */
const resetMs = 2000;
/** The longest pause between two reads on a busy server while orders change. */
const longestMs = 5000;
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
    if (events.isOpen) {
      const isWaiting = orders.some(({ status }) => status === "queued");
      return isWaiting ? pauseAfter(feed.readMs, queuedMs, followedMs) : followedMs;
    }
    return orders.some(({ status }) => !hasEnded(status)) ? movingMs : restingMs;
  });
  useEffect(() => {
    let timer: number | undefined;
    let lastReadAt = Number.NEGATIVE_INFINITY;
    const changes = new Paced<OrderChange>((news) => {
      const unsettled = news.filter((change) => !feed.apply(change));
      if (news.some(({ kind }) => kind !== "reset")) redraw({});
      if (unsettled.length === 0) return;
      const leastMs = unsettled.some(({ kind }) => kind === "reset") ? resetMs : leastPauseMs;
      const pauseMs = pauseAfter(feed.readMs, leastMs, longestMs);
      timer ??= window.setTimeout(
        () => {
          timer = undefined;
          lastReadAt = performance.now();
          refresh();
        },
        Math.max(0, lastReadAt + pauseMs - performance.now()),
      );
    });
    const leave = events.subscribe((change) => changes.add(change));
    return () => {
      clearTimeout(timer);
      changes.close();
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
