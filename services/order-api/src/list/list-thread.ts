import path from "node:path";
import { workerData } from "node:worker_threads";
import { serveWork } from "../threads/serve-work.ts";
import { ListTable } from "./list-table.ts";
import type { ListSettings, ListWork } from "./list-worker.ts";

/** The thread of the table of lists. SQLite is synchronous and would block every other answer. */
const { folder, retentionMs }: ListSettings = workerData;
const file = path.join(folder, "orders.sqlite");
let opened: ListTable | undefined;

function table(): ListTable {
  opened ??= new ListTable(file, retentionMs);
  return opened;
}

const work: ListWork = {
  state: async (userId) => table().state(userId),
  put: async (rows, removed) => table().put(rows, removed),
  keepOnly: async (userId, orderIds) => table().keepOnly(userId, orderIds),
  missing: async (orderIds) => table().missing(orderIds),
  list: async (query) => table().list(query),
  close: async () => {
    opened?.close();
    opened = undefined;
  },
};

serveWork(file, work);
