import type { OrderSummary, StatusCounts } from "../../api/types.ts";
import { canCancel, canRetry } from "../order-actions.ts";
import { type ListFilter, statuses } from "./list-filter.ts";

/** Selected orders: how many, and how many of them can be cancelled and retried. */
export type Selection = { count: number; cancel: number; retry: number } & (
  | { kind: "some"; ids: { cancel: string[]; retry: string[] } }
  | { kind: "all"; filter: ListFilter }
);

export function someSelected(orders: readonly OrderSummary[]): Selection {
  const ids = {
    cancel: orders.filter(canCancel).map(({ order_id }) => order_id),
    retry: orders.filter(canRetry).map(({ order_id }) => order_id),
  };
  return { kind: "some", count: orders.length, cancel: ids.cancel.length, retry: ids.retry.length, ids };
}

/** All orders that the filter has, also those that are not loaded. */
export function allSelected(filter: ListFilter, total: number, counts: StatusCounts | null): Selection {
  const isWanted = (status: (typeof statuses)[number]) =>
    filter.status === undefined || filter.status === status;
  const sum = (can: typeof canCancel) =>
    statuses
      .filter((status) => isWanted(status) && can({ status }))
      .reduce((all, status) => all + (counts?.[status] ?? 0), 0);
  return { kind: "all", filter, count: total, cancel: sum(canCancel), retry: sum(canRetry) };
}
