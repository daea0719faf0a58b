import type { OrderSummary, StatusCounts } from "../../api/types.ts";
import { canCancel, canRetry } from "../order-actions.ts";
import { type ListFilter, statuses } from "./list-filter.ts";

/** Selected orders: how many, and how many of them can be cancelled and retried. */
export type Selection = { count: number; cancel: number; retry: number } & (
  | { kind: "some"; ids: { cancel: string[]; retry: string[] } }
  | { kind: "all"; filter: ListFilter; except: string[] }
);

export function someSelected(orders: readonly OrderSummary[]): Selection {
  const ids = {
    cancel: orders.filter(canCancel).map(({ order_id }) => order_id),
    retry: orders.filter(canRetry).map(({ order_id }) => order_id),
  };
  return { kind: "some", count: orders.length, cancel: ids.cancel.length, retry: ids.retry.length, ids };
}

/** All orders that the filter has, also those that are not loaded, except some of them. */
export function allSelected(
  filter: ListFilter,
  total: number,
  counts: StatusCounts | null,
  except: readonly OrderSummary[] = [],
): Selection {
  const sum = (can: typeof canCancel) =>
    statuses
      .filter((status) => (filter.status ?? status) === status && can({ status }))
      .reduce((all, status) => all + (counts?.[status] ?? 0), -except.filter(can).length);
  return {
    ...{ kind: "all", filter, except: except.map(({ order_id }) => order_id) },
    ...{
      count: total - except.length,
      cancel: Math.max(0, sum(canCancel)),
      retry: Math.max(0, sum(canRetry)),
    },
  };
}
