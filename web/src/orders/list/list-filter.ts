import type { OrderStatus } from "../../api/types.ts";

/** Which orders a list has, as `GET /orders` takes it. */
export type ListFilter = { status?: OrderStatus; title_number?: string };

export const statuses: readonly OrderStatus[] = [
  "queued",
  "fetching",
  "recognizing",
  "completed",
  "failed",
  "cancelled",
];

/** Reads the filter of a list's address. What is not a filter is left out. */
export function filterOf(query: URLSearchParams): ListFilter {
  const status = statuses.find((each) => each === query.get("status"));
  const title = titleOf(query.get("title_number") ?? "");
  return { ...(status && { status }), ...(title !== "" && { title_number: title }) };
}

/** The address of the list with this filter. */
export function listAddress(filter: ListFilter): string {
  const query = new URLSearchParams(filter);
  return query.size === 0 ? "/" : `/?${query}`;
}

/** A title number as a person types it, in the form of the API. */
export function titleOf(text: string): string {
  return text.replaceAll(/\s+/g, "").toUpperCase();
}
