import { lazy, Suspense } from "preact/compat";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/api-error.ts";
import type { Order, SearchResults } from "../api/types.ts";
import { useServices, useSessionState } from "../context.ts";
import { Formats } from "../order/formats.tsx";
import { fileStem, orderTitle } from "../order/order-name.ts";
import { go, orderAddress, pageAddress } from "../routes.ts";
import { Link } from "../ui/link.tsx";
import { NothingHere } from "../ui/nothing-here.tsx";
import { PageStore } from "./page-store.ts";
import "./viewer.css";

// The viewer is large and is needed only here.
const Viewer = lazy(() => import("./viewer.tsx").then(({ Viewer }) => Viewer));

type ViewerPageProps = { id: string; page: number; query: URLSearchParams };

/** The scan of an order beside its text. */
export function ViewerPage({ id, page, query }: ViewerPageProps) {
  const { client } = useServices();
  const session = useSessionState();
  const store = useMemo(() => new PageStore(id, client.send), [id, client]);
  const words = query.get("q") ?? "";
  const [order, setOrder] = useState<Order>();
  const [missing, setMissing] = useState<string>();
  useEffect(() => {
    client.json<Order>(`/orders/${id}`).then(setOrder, (error: unknown) => {
      // Without the order only its name is missing. The page itself tells other errors.
      if (error instanceof ApiError && error.code === "order_not_found") setMissing(error.message);
    });
  }, [client, id]);
  const pagesFound = usePagesFound(id, words);
  if (missing !== undefined) {
    return <NothingHere why={missing} />;
  }
  const name = order ? orderTitle(order) : "Order";
  return (
    <div class="viewer-page">
      <h1 class="hidden">
        {name}, page {page}
      </h1>
      <div class="viewer-head">
        <nav class="crumbs" aria-label="Breadcrumb">
          <Link to="/">Orders</Link>
          <span aria-hidden="true">/</span>
          <Link to={orderAddress(id)}>{name}</Link>
        </nav>
        {order?.status === "completed" && (
          <div class="viewer-downloads">
            <span class="muted">Download</span>
            <Formats id={id} name={fileStem(order)} />
          </div>
        )}
      </div>
      <Suspense fallback={<p class="muted viewer-wait">Loading the viewer…</p>}>
        <Viewer
          {...{ store, page, pagesFound }}
          query={words}
          mayCorrect={"user" in session && session.user.mayOrder}
          onPage={(next) => go(pageAddress(id, next, words))}
          onQuery={(next) => go(pageAddress(id, page, next), { replaces: true })}
        />
      </Suspense>
    </div>
  );
}

const searchPauseMs = 300;

/** The pages of the document on which the search finds the words; undefined until it has answered. */
function usePagesFound(id: string, words: string): readonly number[] | undefined {
  const { client } = useServices();
  const [found, setFound] = useState<{ words: string; pages: number[] }>();
  useEffect(() => {
    if (words === "") return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ q: words, order_id: id, limit: "100" });
      client.json<SearchResults>(`/search?${query}`, { signal: stop.signal }).then(
        ({ results }) =>
          setFound({ words, pages: results.map(({ page }) => page).sort((one, other) => one - other) }),
        // A query that is not finished, such as a single quote, finds nothing yet.
        () => undefined,
      );
    }, searchPauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, id, words]);
  return found?.words === words ? found.pages : undefined;
}
