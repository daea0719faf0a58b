import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { OrderSummary } from "../../api/types.ts";
import { useMedia } from "../../ui/use-media.ts";
import { OrderRow } from "./order-row.tsx";
import { useWindowRows } from "./use-window-rows.ts";

/** In pixels, as in orders.css. All rows are equally high, so that 10,000 of them need no measuring. */
const rowHeight = { wide: 57, narrow: 101 } as const;
/** Older orders are loaded when this many rows or fewer follow the last one on screen. */
const nearEnd = 40;

type ListProps = {
  orders: readonly OrderSummary[];
  hasMore: boolean;
  selection: ReadonlySet<string>;
  onSelect(id: string, isSelected: boolean): void;
  onChange(): void;
  onShow(shown: readonly OrderSummary[], isNearEnd: boolean): void;
};

/** A list in which only the rows on screen are elements of the page. */
export function OrderList({ orders, hasMore, selection, onSelect, onChange, onShow }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  const height = useMedia("(width < 800px)") ? rowHeight.narrow : rowHeight.wide;
  const { start, end } = useWindowRows(list, orders.length, height);
  const shown = orders.slice(start, end);
  useStablePosition(list, orders, start, height);
  useEffect(() => {
    onShow(shown, hasMore && orders.length - end < nearEnd);
  }, [orders, start, end, hasMore, onShow]);
  return (
    <ul
      ref={list}
      class="order-list"
      aria-label="Orders"
      style={{ height: `${orders.length * height}px`, paddingTop: `${start * height}px` }}
    >
      {shown.map((order, index) => (
        <OrderRow
          key={order.order_id}
          order={order}
          place={start + index + 1}
          count={hasMore ? -1 : orders.length}
          isSelected={selection.has(order.order_id)}
          onSelect={onSelect}
          onChange={onChange}
        />
      ))}
    </ul>
  );
}

/** Keeps the rows on screen where they are when new orders appear above them. */
function useStablePosition(
  list: { current: HTMLElement | null },
  orders: readonly OrderSummary[],
  start: number,
  height: number,
): void {
  const anchor = useRef<{ id: string; place: number }>(undefined);
  useLayoutEffect(() => {
    const { current } = anchor;
    const isScrolled = (list.current?.getBoundingClientRect().top ?? 0) < 0;
    const place = current && isScrolled ? orders.findIndex((order) => order.order_id === current.id) : -1;
    if (current && place > current.place) scrollBy(0, (place - current.place) * height);
  }, [orders]);
  useLayoutEffect(() => {
    const id = orders[start]?.order_id;
    anchor.current = id === undefined ? undefined : { id, place: start };
  }, [orders, start]);
}
