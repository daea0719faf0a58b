import { useCallback, useMemo, useState } from "preact/hooks";
import type { OrderSummary } from "../api/types.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { BulkBar } from "./list/bulk-bar.tsx";
import { ListBar } from "./list/list-bar.tsx";
import { filterOf } from "./list/list-filter.ts";
import { OrderList } from "./list/order-list.tsx";
import { useOrders } from "./list/use-orders.ts";
import { FirstOrders } from "./new/first-orders.tsx";
import { NewOrder } from "./new/new-order.tsx";
import "./orders.css";
import "./upload/upload.css";

const none: ReadonlySet<string> = new Set();

/** One's orders, newest first, as they change. The filters are in the address. */
export function OrdersPage({ query }: { query: URLSearchParams }) {
  const filter = filterOf(query);
  const isFiltered = Object.keys(filter).length > 0;
  const { rows, error, refresh, onShow } = useOrders(filter);
  const orders = rows?.orders ?? [];
  return (
    <div class="orders">
      <NewOrder known={orders} onOrdered={refresh} />
      <div class="orders-head">
        <h1>Orders</h1>
        <ListBar filter={filter} />
      </div>
      {error && (
        <p class="notice" role="status">
          {error.message}
        </p>
      )}
      {rows && orders.length === 0 && !isFiltered && <FirstOrders onOrdered={refresh} />}
      {rows && orders.length === 0 && isFiltered && (
        <EmptyState title="No order matches">
          <Link to="/">Show all orders</Link>
        </EmptyState>
      )}
      {rows && orders.length > 0 && (
        // Another list has another selection.
        <Selectable
          key={query.toString()}
          orders={orders}
          hasMore={rows.next !== null}
          onChange={refresh}
          onShow={onShow}
        />
      )}
    </div>
  );
}

type SelectableProps = {
  orders: readonly OrderSummary[];
  hasMore: boolean;
  onChange(): void;
  onShow(shown: readonly OrderSummary[], isNearEnd: boolean): void;
};

function Selectable({ orders, hasMore, onChange, onShow }: SelectableProps) {
  const [selection, setSelection] = useState(none);
  const selected = useMemo(
    () => (selection.size === 0 ? [] : orders.filter(({ order_id }) => selection.has(order_id))),
    [orders, selection],
  );
  const select = useCallback((id: string, isSelected: boolean) => {
    setSelection((last) => {
      const next = new Set(last);
      if (isSelected) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const clear = () => setSelection(none);
  return (
    <div class="order-table">
      <div class="order-table-head">
        <label class="check">
          <input
            type="checkbox"
            checked={selected.length > 0 && selected.length === orders.length}
            ref={(box) => {
              if (box) box.indeterminate = selected.length > 0 && selected.length < orders.length;
            }}
            onChange={({ currentTarget }) =>
              currentTarget.checked ? setSelection(new Set(orders.map(({ order_id }) => order_id))) : clear()
            }
          />
          <span>
            {orders.length === 1 ? "1 order" : `${orders.length}${hasMore ? " newest" : ""} orders`}
          </span>
        </label>
        {selected.length > 0 && <BulkBar selected={selected} onClear={clear} onChange={onChange} />}
      </div>
      <OrderList {...{ orders, hasMore, selection, onChange, onShow }} onSelect={select} />
    </div>
  );
}
