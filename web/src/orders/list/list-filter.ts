import type { OrderStatus } from "../../api/types.ts";

export const sorts = [
  "-created",
  "created",
  "-finished",
  "finished",
  "title_number",
  "-title_number",
] as const;
export type ListSort = (typeof sorts)[number];

/** Which orders a list has, and in which sequence, as `GET /orders` takes it. */
export type ListFilter = { q?: string; status?: OrderStatus; title_number?: string; sort?: ListSort };

export const statuses: readonly OrderStatus[] = [
  "queued",
  "fetching",
  "recognizing",
  "completed",
  "failed",
  "cancelled",
];

/** Reads the filter of a list's address. What is not a filter is left out, and so is the usual sort. */
export function filterOf(query: URLSearchParams): ListFilter {
  const q = query.get("q")?.trim() ?? "";
  const status = statuses.find((each) => each === query.get("status"));
  const title = titleOf(query.get("title_number") ?? "");
  const sort = sorts.find((each) => each === query.get("sort"));
  return {
    ...(q !== "" && { q: q.slice(0, 200) }),
    ...(status && { status }),
    ...(title !== "" && { title_number: title }),
    ...(sort && sort !== "-created" && { sort }),
  };
}

/** Whether the list may leave out orders. */
export function isFiltered({ sort: _, ...filter }: ListFilter): boolean {
  return Object.keys(filter).length > 0;
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
