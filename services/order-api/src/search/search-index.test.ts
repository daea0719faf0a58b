import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { DamagedDatabaseError } from "../threads/database.ts";
import { hitBegin, hitEnd, type IndexedOrder, type Search, SearchIndex } from "./search-index.ts";
import { parseQuery } from "./search-query.ts";

function openFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-search-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, "pages.sqlite");
}

const retentionMs = 3_600_000;

function open(file = openFile(), keptMs = retentionMs): SearchIndex {
  const index = new SearchIndex(file, keptMs);
  onTestFinished(() => index.close());
  return index;
}

let orders = 0;

/** An order of user 1 that finished a minute ago, after all earlier ones. */
function put(index: SearchIndex, texts: string[], fields: Partial<IndexedOrder> = {}): string {
  orders += 1;
  const order: IndexedOrder = {
    ...{ order_id: `order-${orders}`, user_id: 1, title_number: "OW12345678", document_type: "lease" },
    finished_ms: Date.now() - 60_000 + orders,
    ...fields,
  };
  const document = index.begin(order);
  const pages = texts.map((text, i) => ({ page: i + 1, text }));
  index.add(document, order.user_id, pages);
  index.finish(document);
  return order.order_id;
}

function search(index: SearchIndex, q: string, fields: Partial<Search> = {}) {
  const parsed = parseQuery(q);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return index.search({ user_id: 1, match: parsed.match, limit: 20, ...fields });
}

const pagesOf = ({ hits }: ReturnType<SearchIndex["search"]>) => hits.map(({ page }) => page);

const text = `THIS LEASE is made on the 3rd of May 1998 between Llŷn Estates (the "Landlord")
and the Tenant, for a term of 99 years at a yearly rent of £1,250. The con-
veyance of 12/03/1901 is of O'Brien's land; RÉSUMÉ Strasse Ⅷ well-
Kept; certi\ufb01cate o\ufb03ce 12\u00bd m\u00b2 \uff21\uff22 par\u00adcel, ea\u00ad
sement and free\u2010
hold, 1987-
88, for my mother-in-
law and a co-
heir`;

test.each([
  ["lease", true],
  ["LEASE landlord", true],
  ["landlord lease", true],
  ["lease nothing", false],
  ['"term of 99 years"', true],
  ['"years of term"', false],
  ['"a yearly rent" "llyn estates"', true],
  ['"a yearly rent', true],
  ["1,250", true],
  ["£1,250.", true],
  ["1251", false],
  ["12/03/1901", true],
  ["o'brien's", true],
  ["o’brien’s", true],
  ["llyn", true],
  ["LLŶN", true],
  ["lly\u0302n", true],
  ["resume", true],
  ["conveyance", true],
  ["conveyance 1901", true],
  ['"the conveyance of"', true],
  ['"con veyance"', true],
  ["con-veyance", true],
  ["mother-in-law", true],
  ['"my mother-in-law and"', true],
  ["mother-inlaw", false],
  ["law", true],
  ["co-heir", true],
  ["coheir", true],
  ["mother-in-law conveyance", true],
  ["land", true],
  ["landl", false],
  ["landl*", true],
  ['"yearly re*"', true],
  ['"yearly re"*', true],
  ['"yearly re"', false],
  ["well kept", true],
  ["well-Kept", true],
  ["certificate", true],
  ["certi\ufb01cate", true],
  ["certi\ufb01c*", true],
  ['"certificate o\ufb03ce"', true],
  ["office", true],
  ["\uff43\uff45\uff52\uff54\uff49\uff46\uff49\uff43\uff41\uff54\uff45", true],
  ["viii", true],
  ["m2", true],
  ["12\u00bd", true],
  ["12", true],
  ["121", false],
  ["ab", true],
  ["parcel", true],
  ["par\u00adcel", true],
  ["easement", true],
  ["freehold", true],
  ['"1987 88"', true],
  ["198788", false],
  ["NOT lease", false],
  ["lease OR nothing", false],
  ["text:lease", false],
  ["u1", false],
])("%s: %s", (q, isFound) => {
  const index = open();
  put(index, ["another page", text]);
  expect(pagesOf(search(index, q))).toEqual(isFound ? [2] : []);
});

test("a hit is marked in a snippet of one line, for any layout and characters of the page", () => {
  const index = open();
  put(index, ["before \u0002it\u0003 the\n\nterm\tof <b>99</b> years & after"]);
  expect(search(index, '"term of" years').hits[0]?.snippet).toBe(
    "before it the \u0002term of\u0003 <b>99</b> \u0002years\u0003 & after",
  );
});

test("the snippet shows a divided word in the form that was searched for", () => {
  const index = open();
  put(index, ["the rent of the sub-\nlessee"]);
  expect(search(index, "sub-lessee").hits[0]?.snippet).toBe("the rent of the \u0002sub- lessee\u0003");
  expect(search(index, "sublessee").hits[0]?.snippet).toBe("the rent of the \u0002sublessee\u0003");
});

test("a word with another hyphen, and numbers, keep the hyphen at a line's end", () => {
  const index = open();
  put(index, ["to my mother-in-\nlaw from 1987-\n88, pages 12-\n34"]);
  expect(search(index, "mother-in-law").hits[0]?.snippet).toContain("\u0002mother-in-law\u0003");
  expect(search(index, "1987-88").hits[0]?.snippet).toContain("\u00021987-88\u0003, pages 12-34");
  for (const joined of ["198788", "1234"]) expect(search(index, joined).hits).toEqual([]);
});

test("the best page comes first, then the newest", () => {
  const index = open();
  const filler = "and so on ".repeat(50);
  const older = put(index, [`rent ${filler}`]);
  const best = put(index, [`rent rent rent ${filler}`]);
  const newer = put(index, [`rent ${filler}`]);
  expect(search(index, "rent").hits.map(({ order_id }) => order_id)).toEqual([best, newer, older]);
});

test("title number, document type and order narrow the search", () => {
  const index = open();
  const order_id = put(index, ["rent"]);
  put(index, ["rent"], { title_number: "AB123456" });
  put(index, ["rent"], { document_type: "deed" });
  const count = (fields: Partial<Search>) => search(index, "rent", fields).hits.length;
  expect(count({})).toBe(3);
  expect(count({ title_number: "AB123456" })).toBe(1);
  expect(count({ document_type: "lease" })).toBe(2);
  expect(count({ title_number: "AB123456", document_type: "deed" })).toBe(0);
  expect(search(index, "rent", { order_id }).hits).toMatchObject([{ order_id }]);
  expect(search(index, "rent", { order_id, user_id: 2 }).hits).toEqual([]);
});

test("paging returns every hit once, even if more is indexed meanwhile", () => {
  const index = open();
  const ids = Array.from({ length: 7 }, () => put(index, ["rent"]));
  const seen: string[] = [];
  for (let from: Search["from"] | "start" = "start"; from !== undefined; ) {
    const { hits, next } = search(index, "rent", { limit: 3, from: from === "start" ? undefined : from });
    seen.push(...hits.map(({ order_id }) => order_id));
    put(index, ["rent rent"]);
    from = next;
  }
  expect(seen).toEqual(ids.reverse());
});

test("an order that is indexed again has only its new pages", () => {
  const index = open();
  const order_id = put(index, ["first", "second"]);
  put(index, ["third"], { order_id });
  expect([search(index, "first"), search(index, "second")].flatMap(pagesOf)).toEqual([]);
  expect(pagesOf(search(index, "third"))).toEqual([1]);
});

test("pages are found after `finish`, and only those since the last `begin`", () => {
  const index = open();
  const order: IndexedOrder = {
    ...{ order_id: "order", user_id: 1, title_number: "OW12345678", document_type: "lease" },
    finished_ms: Date.now() - 60_000,
  };
  const lost = index.begin(order);
  index.add(lost, 1, [{ page: 1, text: "rent" }]);
  const document = index.begin(order);
  expect(() => index.add(lost, 1, [{ page: 2, text: "rent" }])).toThrow("FOREIGN KEY");
  index.add(document, 1, [{ page: 3, text: "rent" }]);
  expect(search(index, "rent").hits).toEqual([]);
  index.finish(document);
  expect(pagesOf(search(index, "rent"))).toEqual([3]);
});

test("expired orders are not found, and are removed", () => {
  const index = open();
  for (let count = 0; count < 2; count += 1)
    put(index, ["rent"], { finished_ms: Date.now() - retentionMs - 1 });
  const kept = put(index, ["rent"]);
  expect(search(index, "rent").hits).toMatchObject([{ order_id: kept }]);
  expect([index.removeExpired(), index.removeExpired(), index.removeExpired()]).toEqual([true, true, false]);
  expect(search(index, "rent").hits).toMatchObject([{ order_id: kept }]);
});

test("an index persists, and two processes can have it open", () => {
  const file = openFile();
  const [one, other] = [open(file), open(file)];
  expect(one.stage).toBe("new");
  put(one, ["rent"]);
  put(other, ["rent"]);
  one.stage = "complete";
  expect(other.stage).toBe("complete");
  expect(search(open(file), "rent").hits).toHaveLength(2);
});

test.each<[string, (file: string) => void]>([
  ["not a database", (file) => writeFileSync(file, "not a database ".repeat(1000))],
  [
    "damaged in its middle",
    (file) => {
      writeFileSync(file, readFileSync(file).fill(0xff, 4096));
    },
  ],
  [
    "of another version",
    (file) => {
      const database = new DatabaseSync(file);
      database.exec("PRAGMA user_version = 99");
      database.close();
    },
  ],
])("a file that is %s is rejected as damaged", (_, damage) => {
  const file = openFile();
  const index = new SearchIndex(file, retentionMs);
  put(
    index,
    Array.from({ length: 50 }, (_, page) => `${text} ${page}`),
  );
  index.close();
  damage(file);
  expect(() => new SearchIndex(file, retentionMs)).toThrow(DamagedDatabaseError);
});

const withoutMarks = (snippet: string) => snippet.replaceAll(hitBegin, "").replaceAll(hitEnd, "");

/** Characters and words with a meaning in FTS5 or SQL, and random ones. */
const hostile = fc.oneof(
  ...['"', "*", "(", ")", ":", "^", "-", "+", "'", ";", "\0", "\\", "{", "}", ",", "\ud800", "́"].map(
    fc.constant,
  ),
  ...["AND", "OR", "NOT", "NEAR(", "NEAR/2", "owner", "text", "u1", "u2", "rent", "secret", "--", "/*"].map(
    fc.constant,
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);

test("no query is an error or finds another user's pages", () => {
  const index = open();
  put(index, ["the rent is due"]);
  put(index, ["rent and secret of another, u1 u2"], { user_id: 2 });
  put(index, ["rent and secret of others"], { user_id: 12 });
  const queries = fc.array(fc.tuple(hostile, fc.constantFrom("", " ")), { maxLength: 20 });
  fc.assert(
    fc.property(queries, (parts) => {
      const parsed = parseQuery(parts.flat().join(""));
      if ("problem" in parsed) return;
      const { hits } = index.search({ user_id: 1, match: parsed.match, limit: 20 });
      for (const { snippet } of hits) expect(withoutMarks(snippet)).toBe("the rent is due");
    }),
    { numRuns: 2000 },
  );
});
