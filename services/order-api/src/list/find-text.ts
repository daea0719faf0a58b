import type { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { read } from "../access/store-access.ts";
import type { SearchIndexer } from "../search/search-indexer.ts";
import { parseQuery } from "../search/search-query.ts";
import type { SearchWorker } from "../search/search-worker.ts";

export type TextTools = { indexer: SearchIndexer; search: SearchWorker; searches: ConcurrencyLimiter };

/**
 * The ids of the user's orders with a page on which all words of `q` occur. Empty for a query without a word,
 * and while the search index is being rebuilt. Throws 503 while too many searches are running.
 */
export async function findText(tools: TextTools, user_id: number, q: string): Promise<string[]> {
  const parsed = parseQuery(q);
  if ("problem" in parsed) return [];
  const release = tools.searches.acquire(user_id);
  try {
    if (!(await read(tools.indexer.catchUp()))) return [];
    return await read(tools.search.ask("orders", { user_id, match: parsed.match }));
  } finally {
    release();
  }
}
