import type { Log } from "@orbital-witness/common/log.ts";
import type { ResultRef, ResultStoreSettings } from "@orbital-witness/common/results/result-store.ts";
import { WorkThread } from "../threads/work-thread.ts";
import type { IndexedOrder, Search, SearchResults, Stage } from "./search-index.ts";

/** `retentionMs`: how long an order is kept after its end. */
export type SearchSettings = { resultStore: ResultStoreSettings; searchFolder: string; retentionMs: number };

/** A completed order, with its pages in the result store. */
export type OrderToIndex = IndexedOrder & { result_attempt: number; result_pages: number };

/**
 * The work of the thread; see `SearchIndex`. `damaged`: pages that are missing from the index because their
 * results are damaged.
 */
export type SearchWork = {
  stage(): Promise<Stage>;
  setStage(stage: Stage): Promise<void>;
  put(order: OrderToIndex): Promise<{ damaged: number[] }>;
  /** Reads a page again. False if the index does not have the whole document. */
  replacePage(ref: ResultRef, page: number): Promise<boolean>;
  search(search: Search): Promise<SearchResults>;
  orders(search: Pick<Search, "user_id" | "match">): Promise<string[]>;
  remove(orderId: string): Promise<void>;
  removeExpired(): Promise<boolean>;
  close(): Promise<void>;
};

export type SearchWorker = WorkThread<SearchWork>;

/** The index of the pages in a thread of its own. */
export function searchWorker(settings: SearchSettings, log: Log): SearchWorker {
  return new WorkThread<SearchWork>({
    file: new URL("./search-thread.ts", import.meta.url),
    settings,
    // Enough for the results of a few pages.
    heapMegabytes: 64,
    onRemoved: (err) => log.error({ err }, "the search index is damaged, was removed and will be rebuilt"),
  });
}
