import { useEffect, useState } from "preact/hooks";
import type { PageStore, ReadPage } from "./page-store.ts";

/** `page` stays the last one until the next one is loaded, so that the view does not flicker. */
export type LoadedPage = { page: ReadPage | undefined; error: unknown; isLoading: boolean };

/** Loads a page of the store, and the next one in advance. `attempt`: another value loads it again. */
export function usePage(store: PageStore, number: number, attempt: number): LoadedPage {
  const [loaded, setLoaded] = useState<LoadedPage>({ page: undefined, error: undefined, isLoading: true });
  useEffect(() => {
    let isCurrent = true;
    setLoaded(({ page }) => ({ page, error: undefined, isLoading: true }));
    store.page(number).then(
      (page) => {
        if (!isCurrent) return;
        setLoaded({ page, error: undefined, isLoading: false });
        // The next page is a convenience: an error shows when it is opened.
        if (number < page.pages) store.prefetch(number + 1).catch(() => undefined);
      },
      (error: unknown) => isCurrent && setLoaded({ page: undefined, error, isLoading: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, [store, number, attempt]);
  return loaded;
}
