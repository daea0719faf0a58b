import type { Log } from "@orbital-witness/common/log.ts";
import { WorkThread } from "../threads/work-thread.ts";
import type { ListRow } from "./list-row.ts";
import type { ListAnswer, ListQuery, ListState } from "./list-table.ts";

/** `folder`: of the file. `retentionMs`: how long an order is kept after its end. */
export type ListSettings = { folder: string; retentionMs: number };

/** The work of the thread; see `ListTable`. */
export type ListWork = {
  state(userId: number): Promise<ListState>;
  put(rows: readonly ListRow[], removed: readonly string[]): Promise<void>;
  keepOnly(userId: number, orderIds: readonly string[]): Promise<void>;
  missing(orderIds: readonly string[]): Promise<string[]>;
  list(query: ListQuery): Promise<ListAnswer>;
  close(): Promise<void>;
};

export type ListWorker = WorkThread<ListWork>;

/** The table of lists in a thread of its own. */
export function listWorker(settings: ListSettings, onRemoved: () => void, log: Log): ListWorker {
  return new WorkThread<ListWork>({
    file: new URL("./list-thread.ts", import.meta.url),
    settings,
    // Enough for the ids of 100,000 orders.
    heapMegabytes: 128,
    onRemoved: (err) => {
      log.error({ err }, "the table of lists is damaged, was removed and will be filled again");
      onRemoved();
    },
  });
}
