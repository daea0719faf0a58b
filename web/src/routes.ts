/** A place of the page, as its address says. */
export type Route =
  | { name: "orders"; query: URLSearchParams }
  | { name: "order"; id: string }
  | { name: "page"; id: string; page: number; query: URLSearchParams }
  | { name: "search"; query: URLSearchParams }
  | { name: "stack" }
  | { name: "missing" };

const orderForm = /^\/o\/([0-9a-f-]{36})(?:\/([1-9]\d{0,5}))?$/;

export function routeOf({ pathname, search }: Pick<Location, "pathname" | "search">): Route {
  const query = new URLSearchParams(search);
  if (pathname === "/") return { name: "orders", query };
  if (pathname === "/find") return { name: "search", query };
  if (pathname === "/workers") return { name: "stack" };
  const [, id, page] = orderForm.exec(pathname) ?? [];
  if (id === undefined) return { name: "missing" };
  return page === undefined ? { name: "order", id } : { name: "page", id, page: Number(page), query };
}

export const orderAddress = (id: string) => `/o/${id}`;

export function pageAddress(id: string, page: number, query = ""): string {
  return `/o/${id}/${page}${query === "" ? "" : `?${new URLSearchParams({ q: query })}`}`;
}

export function searchAddress(query: string): string {
  return query === "" ? "/find" : `/find?${new URLSearchParams({ q: query })}`;
}

const moved = new Set<() => void>();

/** Shows another place. `replaces`: the browser's back button does not return to the present one. */
export function go(address: string, { replaces = false } = {}): void {
  if (replaces) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  for (const listener of moved) listener();
}

/** Calls `listener` after each move. Returns the function that ends this. */
export function onMove(listener: () => void): () => void {
  moved.add(listener);
  addEventListener("popstate", listener);
  return () => {
    moved.delete(listener);
    removeEventListener("popstate", listener);
  };
}
