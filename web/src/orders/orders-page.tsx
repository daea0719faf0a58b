import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { OrderSummary } from "../api/types.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { countText } from "../ui/number-texts.ts";
import { Waiting } from "../ui/waiting.tsx";
import { BulkBar } from "./list/bulk-bar.tsx";
import { ListBar } from "./list/list-bar.tsx";
import { filterOf, isFiltered, type ListFilter } from "./list/list-filter.ts";
import { OrderList } from "./list/order-list.tsx";
import { loadedOrders, type OrderWindow, orderAt, rowOf } from "./list/order-window.ts";
import { allSelected, someSelected } from "./list/selection.ts";
import { useOrders } from "./list/use-orders.ts";
import { FirstOrders } from "./new/first-orders.tsx";
import { NewOrder } from "./new/new-order.tsx";
import "./orders.css";
import "./upload/upload.css";

const none: ReadonlyMap<string, OrderSummary> = new Map();

/** One's orders, the newest first, as they change. Search, sort and filters are in the address. */
export function OrdersPage({ query }: { query: URLSearchParams }) {
  const filter = filterOf(query);
  const { list, error, refresh, onShow } = useOrders(filter);
  const known = useMemo(() => (list ? loadedOrders(list) : []), [list]);
  const isEmpty = list?.total === 0;
  return (
    <div class="orders">
      <NewOrder known={known} onOrdered={refresh} />
      <div class="orders-head">
        <h1>Orders</h1>
        <ListBar filter={filter} counts={list?.counts ?? null} />
      </div>
      {error && (
        <p class="notice" role="status">
          {error.message}
        </p>
      )}
      {!list && !error && <Waiting />}
      {isEmpty && !isFiltered(filter) && <FirstOrders onOrdered={refresh} />}
      {isEmpty && isFiltered(filter) && (
        <EmptyState title="No order matches">
          <Link to="/">Show all orders</Link>
        </EmptyState>
      )}
      {list && !isEmpty && (
        // Another list has another selection.
        <Selectable key={query.toString()} {...{ list, filter, onShow }} onChange={refresh} />
      )}
    </div>
  );
}

type SelectableProps = {
  list: OrderWindow;
  filter: ListFilter;
  onChange(): void;
  onShow(start: number, end: number): void;
};

function Selectable({ list, filter, onChange, onShow }: SelectableProps) {
  const { total, counts } = list;
  const [isAll, setIsAll] = useState(false);
  /** The selected orders or, if all are, those that are not. */
  const [marked, setMarked] = useState(none);
  const latest = useRef(list);
  latest.current = list;
  const select = useCallback(
    (id: string, isSelected: boolean) => {
      const order = orderAt(latest.current, rowOf(latest.current, id));
      setMarked((last) => {
        const next = new Map(last);
        if (isSelected !== isAll && order) next.set(id, order);
        else next.delete(id);
        return next;
      });
    },
    [isAll],
  );
  const clear = () => {
    setMarked(none);
    setIsAll(false);
  };
  const orders = [...marked.values()].map((order) => orderAt(list, rowOf(list, order.order_id)) ?? order);
  const selection = isAll ? allSelected(filter, total, counts, orders) : someSelected(orders);
  return (
    <div class="order-table">
      <div class="order-table-head">
        <label class="check">
          <input
            type="checkbox"
            checked={isAll && marked.size === 0}
            ref={(box) => {
              if (box) box.indeterminate = marked.size > 0;
            }}
            onChange={({ currentTarget }) => {
              clear();
              setIsAll(currentTarget.checked);
            }}
          />
          <span>{countText(total, "order")}</span>
        </label>
        {selection.count > 0 && <BulkBar selection={selection} onClear={clear} onChange={onChange} />}
      </div>
      <OrderList
        {...{ list, onChange, onShow }}
        isSelected={(id) => isAll !== marked.has(id)}
        onSelect={select}
      />
    </div>
  );
}
