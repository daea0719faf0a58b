import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type OrderRecord, orderRecordSchema } from "@orbital-witness/common/orders/order.ts";
import { expect, onTestFinished, test } from "vitest";
import { completedOrder } from "../../../../tests/redis/sample-order.ts";
import { DamagedDatabaseError } from "../threads/database.ts";
import { wordsOf } from "./list-query.ts";
import { listRow } from "./list-row.ts";
import { type ListPlace, type ListQuery, ListTable, type SortKey } from "./list-table.ts";

const retentionMs = 3_600_000;
const now = Date.now();

function openFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-lists-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, "orders.sqlite");
}

function open(file = openFile()): ListTable {
  const table = new ListTable(file, retentionMs);
  onTestFinished(() => table.close());
  return table;
}

let places = 0;

/** Puts an order of user 1 in, as a number that is its id. */
function put(table: ListTable, fields: Partial<OrderRecord> = {}): string {
  places += 1;
  const order = { ...completedOrder(1), user_id: 1, finished_ms: now, ...fields };
  const record = orderRecordSchema.parse(order);
  table.put([listRow(record, places)], []);
  return record.order_id;
}

function list(table: ListTable, query: Partial<ListQuery> & { q?: string } = {}) {
  const { q = "", ...more } = query;
  return table.list({
    ...{ user_id: 1, status: [], words: wordsOf(q), found: [], sort: "created", isDescending: true },
    ...{ limit: 100, offset: 0, ...more },
  });
}

const unfinished = { status: "queued", finished_ms: undefined } as const;

test("orders are sorted by creation, by end and by title number, in both directions", () => {
  const table = open();
  const a = put(table, { title_number: "OW2", finished_ms: now - 1000 });
  const b = put(table, { title_number: "AB1", finished_ms: now });
  const c = put(table, { title_number: undefined, file_name: "B.pdf", ...unfinished });
  const d = put(table, { title_number: undefined, file_name: "a.pdf", finished_ms: now - 500 });
  const e = put(table, { title_number: "AB1", finished_ms: now - 2000 });
  const sorted = (sort: SortKey, isDescending: boolean) => list(table, { sort, isDescending }).order_ids;
  for (const [sort, ids] of [
    ["created", [a, b, c, d, e]],
    ["finished", [e, a, d, b, c]],
    ["title_number", [b, e, a, d, c]],
  ] as const) {
    expect(sorted(sort, false), sort).toEqual(ids);
    expect(sorted(sort, true), sort).toEqual(ids.toReversed());
  }
});

test.each(["created", "finished", "title_number"] as const)(
  "pages by %s have every order once, even if the values are the same or orders come meanwhile",
  (sort) => {
    const table = open();
    for (let count = 0; count < 23; count += 1) {
      put(table, { title_number: `AB${1 + (count % 4)}`, finished_ms: now - (count % 3) });
    }
    for (const isDescending of [true, false]) {
      const all = list(table, { sort, isDescending }).order_ids;
      const paged: string[] = [];
      let after: ListPlace | undefined;
      do {
        const page = list(table, { sort, isDescending, limit: 5, after });
        paged.push(...page.order_ids);
        after = page.next;
      } while (after);
      expect(paged).toEqual(all);
      expect(list(table, { sort, isDescending, limit: 5, offset: 7 }).order_ids).toEqual(all.slice(7, 12));
    }
  },
);

const failed = { status: "failed", reason_code: "x", reason_message: "There is no Document." } as const;

test.each<[string, boolean]>([
  ["", true],
  ["ow12", true],
  ["345", true],
  ["title_plan", true],
  ["Title Plan", true],
  ["émile.pdf", true],
  ["E\u0301MILE", true],
  ["no document", true],
  ["document there", true],
  ["ow12 pdf plan", true],
  ["ow12 lease", false],
  ["page_damaged", false],
  ["%", false],
  ["_plan", true],
  ["pdf\nThere", true],
  ["' OR 1 = 1 --", false],
])("%s is a part of the names or of the reason: %s", (q, isFound) => {
  const table = open();
  const names = { title_number: "OW123456", document_type: "title_plan", file_name: "Émile.pdf" } as const;
  const id = put(table, { ...names, ...failed });
  put(table, { user_id: 2, ...names, ...failed });
  const { order_ids, counts } = list(table, { q });
  expect([order_ids, counts]).toEqual(isFound ? [[id], { failed: 1 }] : [[], {}]);
});

test("an order whose text was found is on the list, if it is the user's", () => {
  const table = open();
  const [mine, others] = [put(table), put(table, { user_id: 2 })];
  expect(list(table, { q: "zebra", found: [mine, others] }).order_ids).toEqual([mine]);
});

test("the counts are those of all orders that pass the other filters", () => {
  const table = open();
  put(table, { title_number: "AB1" });
  const broken = put(table, { title_number: "AB1", document_type: "deed", ...failed });
  put(table, { title_number: "AB1", ...unfinished });
  put(table, { title_number: "AB2", ...unfinished });
  const { order_ids, counts } = list(table, { title_number: "AB1", status: ["failed", "cancelled"] });
  expect([order_ids, counts]).toEqual([[broken], { completed: 1, failed: 1, queued: 1 }]);
  expect(list(table, { document_type: "deed" }).counts).toEqual({ failed: 1 });
  expect(list(table, { status: ["failed"], limit: 1 })).toMatchObject({ next: undefined });
});

test("orders that have expired are not on the list", () => {
  const file = openFile();
  const table = open(file);
  const expired = put(table, { finished_ms: now - retentionMs - 1 });
  expect(list(table)).toMatchObject({ order_ids: [], counts: {} });
  expect(table.missing([expired])).toEqual([]);
  expect(open(file).missing([expired])).toEqual([expired]);
});

test("rows can be changed, removed and compared with the orders that exist", () => {
  const table = open();
  const [a, b, c] = [put(table), put(table, failed), put(table, unfinished)];
  const other = put(table, { user_id: 2 });
  expect(table.missing([a, "x", c])).toEqual(["x"]);
  expect(table.state(1)).toMatchObject({
    open: [
      { order_id: b, status: "failed" },
      { order_id: c, status: "queued" },
    ],
  });
  put(table, { order_id: c });
  expect(list(table).counts).toEqual({ completed: 2, failed: 1 });
  table.keepOnly(1, [b, c]);
  expect(list(table).order_ids).toEqual([c, b]);
  table.put([], [b]);
  expect(list(table).order_ids).toEqual([c]);
  expect(list(table, { user_id: 2 }).order_ids).toEqual([other]);
});

test("a damaged file is rejected as damaged", () => {
  const file = openFile();
  const table = new ListTable(file, retentionMs);
  for (let count = 0; count < 50; count += 1) put(table);
  table.close();
  writeFileSync(file, readFileSync(file).fill(0xff, 0));
  expect(() => new ListTable(file, retentionMs)).toThrow(DamagedDatabaseError);
});
