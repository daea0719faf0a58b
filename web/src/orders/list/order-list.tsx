import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useMedia } from "../../ui/use-media.ts";
import { OrderRow } from "./order-row.tsx";
import { type OrderWindow, orderAt, rowOf } from "./order-window.ts";
import { useWindowRows } from "./use-window-rows.ts";

/** In pixels, as in orders.css. All rows are equally high, so that 10,000 of them need no measuring. */
const rowHeight = { wide: 57, narrow: 101 } as const;

type ListProps = {
  list: OrderWindow;
  isSelected(id: string): boolean;
  onSelect(id: string, isSelected: boolean): void;
  onChange(): void;
  onShow(start: number, end: number): void;
};

/** A list in which only the rows on screen are elements of the page. */
export function OrderList({ list, isSelected, onSelect, onChange, onShow }: ListProps) {
  const element = useRef<HTMLUListElement>(null);
  const height = useMedia("(width < 800px)") ? rowHeight.narrow : rowHeight.wide;
  const { start, end } = useWindowRows(element, list.total, height);
  useStablePosition(element, list, start, height);
  useEffect(() => onShow(start, end), [list, start, end, onShow]);
  const rows = Array.from({ length: end - start }, (_, index) => start + index);
  return (
    <ul
      ref={element}
      class="order-list"
      aria-label="Orders"
      style={{ height: `${list.total * height}px`, paddingTop: `${start * height}px` }}
    >
      {rows.map((row) => {
        const order = orderAt(list, row);
        if (!order) return <li key={`row-${row}`} class="order-row loading" aria-hidden="true" />;
        return (
          <OrderRow
            key={order.order_id}
            order={order}
            place={row + 1}
            count={list.total}
            isSelected={isSelected(order.order_id)}
            onSelect={onSelect}
            onChange={onChange}
          />
        );
      })}
    </ul>
  );
}

/** Keeps the rows on screen where they are when new orders appear above them. */
function useStablePosition(
  element: { current: HTMLElement | null },
  list: OrderWindow,
  start: number,
  height: number,
): void {
  const anchor = useRef<{ id: string; row: number }>(undefined);
  useLayoutEffect(() => {
    const { current } = anchor;
    const isScrolled = (element.current?.getBoundingClientRect().top ?? 0) < 0;
    const row = current && isScrolled ? rowOf(list, current.id) : -1;
    if (current && row > current.row) scrollBy(0, (row - current.row) * height);
  }, [list]);
  useLayoutEffect(() => {
    const id = orderAt(list, start)?.order_id;
    anchor.current = id === undefined ? undefined : { id, row: start };
  }, [list, start]);
}
