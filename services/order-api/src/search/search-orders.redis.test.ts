import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, rename, symlink } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { recordKey, unindexedKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { alice, bob, charlie, codeOf, folders, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { pageOf } from "../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed, claimedPage } from "../../../../tests/redis/sample-order.ts";

const services = orderServices();
const { redis, store, attempts } = services;
const results = openResultStore({ folder: folders.resultsFolder });
const indexFile = path.join(folders.searchFolder, "pages.sqlite");
const notRead = { code: "no_text_found", message: "There is no text." };
let api = openOrderApi(redisDatabase());
afterAll(() => api.close());
// The first search waits until the thread of the index has started. On a busy machine that takes seconds.
beforeAll(() =>
  vi.waitFor(async () => expect((await api.as(alice).get("/search?q=ready")).status).toBe(200), 30_000),
);

const answer = z.object({
  results: z.array(
    z.object({
      ...{ order_id: z.string(), title_number: z.string(), document_type: z.string(), page: z.int() },
      ...{ snippet: z.string(), links: z.record(z.string(), z.string()) },
    }),
  ),
  next: z.string().nullable(),
});

async function search(query: string, token = alice) {
  const response = await api.as(token).get(`/search?${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return answer.parse(await response.json());
}

const ordersOf = ({ results }: z.output<typeof answer>) => results.map(({ order_id }) => order_id);

/** An order of the user that a worker has claimed. */
async function begun(user_id = 1, title_number = "OW12345678"): Promise<OrderRecord> {
  const { order_id } = await accepted(store, { user_id, title_number });
  return claimed(services, order_id);
}

/** The file of the first page's result. */
async function firstPageOf({ order_id, attempt }: OrderRecord): Promise<string> {
  const pages = path.join(folders.resultsFolder, order_id, String(attempt), "pages");
  await mkdir(pages, { recursive: true });
  return path.join(pages, "1.json.gz");
}

/**
 * Puts a file that cannot be read in place of the first page's result. The returned function puts the page
 * there, which is at no time missing: the index would then be complete without it.
 */
async function unreadable(order: OrderRecord): Promise<(text: string) => Promise<void>> {
  const firstPage = await firstPageOf(order);
  // A link to itself.
  await symlink(firstPage, firstPage);
  return async (text) => {
    const spare = { ...order, order_id: randomUUID() };
    await readPage(spare, 1, text);
    await rename(await firstPageOf(spare), firstPage);
  };
}

async function readPage(order: OrderRecord, page: number, text: string): Promise<void> {
  await results.savePage(order, pageOf(page, [[text.split(" ")]]), Buffer.from("its image"));
}

async function endNextPage({ order_id }: OrderRecord, outcome: PageEnd["outcome"]): Promise<void> {
  await attempts.endPage(await claimedPage(services, order_id), outcome, notRead);
}

/** Completes the order with these pages and an empty last one. A page without a text is `missing`. */
async function complete(
  order: OrderRecord,
  texts: (string | undefined)[],
  missing: "failed" | "read" = "failed",
) {
  await attempts.recognizing(order, texts.length + 1);
  for (const [i, text] of texts.entries()) {
    if (text !== undefined) await readPage(order, i + 1, text);
    await endNextPage(order, text === undefined ? missing : "read");
  }
  await endNextPage(order, "empty");
  return order.order_id;
}

async function completed(texts: (string | undefined)[], user_id = 1, title_number = "OW12345678") {
  return complete(await begun(user_id, title_number), texts);
}

test("a completed order is found at once, with page, snippet and links", async () => {
  const id = await completed(["This indenture", 'the yearly <b>rent</b> of "£1,250" & costs']);
  expect(await search("q=%22yearly+rent%22")).toEqual({ results: [], next: null });
  expect(await search("q=rent+yearly")).toEqual({
    results: [
      {
        ...{ order_id: id, title_number: "OW12345678", document_type: "lease", page: 2 },
        snippet:
          "the <mark>yearly</mark> &lt;b&gt;<mark>rent</mark>&lt;/b&gt; of &quot;£1,250&quot; &amp; costs",
        links: {
          order: `/orders/${id}`,
          result: `/orders/${id}/result`,
          page_image: `/orders/${id}/result/pages/2.png`,
        },
      },
    ],
    next: null,
  });
  expect(await redis.zCard(unindexedKey)).toBe(0);
});

test("every user finds their own orders, even a user who may not order", async () => {
  const mine = await completed(["heronry"], 1);
  const bobs = await completed(["heronry"], 2);
  const charlies = await completed(["heronry"], 3);
  const found = [alice, bob, charlie].map(async (token) => ordersOf(await search("q=heronry", token)));
  expect(await Promise.all(found)).toEqual([[mine], [bobs], [charlies]]);
});

test("too many concurrent searches are refused for that user only", async () => {
  await search("q=anything");
  const many = Array.from({ length: 50 }, () => api.as(alice).get("/search?q=anything"));
  const bobs = api.as(bob).get("/search?q=anything");
  const answers = await Promise.all(many);
  expect((await bobs).status).toBe(200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(10);
  expect(refused.length).toBeGreaterThan(0);
  for (const response of refused) {
    expect(response.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(response)).toEqual([503, "busy"]);
  }
  await search("q=anything");
});

test("the cursor leads through all results, within the filters", async () => {
  const ids = [];
  for (let count = 0; count < 5; count += 1) ids.push(await completed(["spinney"], 1, "AB1"));
  await completed(["spinney"], 1, "AB2");
  const query = "q=spinney&title_number=AB1&document_type=lease&limit=2";
  const first = await search(query);
  const second = await search(`${query}&cursor=${first.next}`);
  const third = await search(`${query}&cursor=${second.next}`);
  expect([first, second, third].flatMap(ordersOf)).toEqual(ids.reverse());
  expect([first, second, third].map(({ next }) => next === null)).toEqual([false, false, true]);
  expect(ordersOf(await search("q=spinney&document_type=deed"))).toEqual([]);
  expect(ordersOf(await search(`q=spinney&order_id=${ids[0]}`))).toEqual([ids[0]]);
});

test("orders are indexed without a search and only once; expired orders are not found", async () => {
  const id = await completed(["coppice", undefined, "coppice"]);
  await expect.poll(() => redis.zCard(unindexedKey), { timeout: 20_000 }).toBe(0);
  await redis.zAdd(unindexedKey, { score: 1, value: id });
  await redis.zAdd(unindexedKey, { score: 1, value: randomUUID() });
  expect((await search("q=coppice")).results.map(({ page }) => page)).toEqual([1, 3]);
  await redis.del(recordKey(id));
  expect(await search("q=coppice")).toEqual({ results: [], next: null });
});

test("an order whose result cannot be read does not hide the others, and is found later", async () => {
  const order = await begun();
  const makeReadable = await unreadable(order);
  await complete(order, [undefined], "read");
  const other = await completed(["paddock"]);
  // A search waits up to a second for new orders, and a busy machine may need longer.
  const poll = () => expect.poll(async () => ordersOf(await search("q=paddock")), { timeout: 20_000 });
  await poll().toEqual([other]);
  await makeReadable("paddock");
  await poll().toEqual([other, order.order_id]);
});

test("a damaged page does not hide the other pages", async () => {
  const order = await begun();
  writeFileSync(await firstPageOf(order), "damaged");
  const order_id = await complete(order, [undefined, "orchard"], "read");
  expect((await search("q=orchard")).results).toMatchObject([{ order_id, page: 2 }]);
});

/** Waits until the index is complete. Until then a search answers 503. */
async function found(query: string): Promise<string[]> {
  const status = async () => {
    const response = await api.as(alice).get(`/search?${query}`);
    return response.status === 200 ? 200 : (await codeOf(response))[1];
  };
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
  return ordersOf(await search(query));
}

test.each([
  ["missing", () => rmSync(indexFile)],
  ["empty", () => truncateSync(indexFile, 0)],
  ["no database", () => writeFileSync(indexFile, "x".repeat(8192))],
  [
    "damaged in its middle",
    () => {
      writeFileSync(indexFile, readFileSync(indexFile).fill(0xff, 4096));
    },
  ],
  [
    "of an older version",
    () => {
      const database = new DatabaseSync(indexFile);
      database.exec("PRAGMA user_version = 99");
      database.close();
    },
  ],
])("an index that is %s at the start is rebuilt from the completed orders", async (_, damage) => {
  const ids = [await completed(["brambles"]), await completed(["brambles"])];
  await search("q=brambles");
  await api.close();
  damage();
  api = openOrderApi(redisDatabase());
  expect((await found("q=brambles")).slice(0, 2)).toEqual(ids.reverse());
});

test("a rebuilt index is complete only when every order is in it", async () => {
  const order = await begun();
  const makeReadable = await unreadable(order);
  await complete(order, [undefined], "read");
  await api.close();
  rmSync(indexFile, { force: true });
  api = openOrderApi(redisDatabase());
  const searched = () => api.as(alice).get("/search?q=copse");
  const code = async () => (await codeOf(await searched()))[1];
  await expect.poll(code, { timeout: 10_000 }).toBe("search_unavailable");
  // Each search waits until the indexer has run once.
  for (let look = 0; look < 3; look += 1) expect((await searched()).status).toBe(503);
  await makeReadable("copse");
  expect(await found("q=copse")).toEqual([order.order_id]);
});

test("an index that is damaged in use is rebuilt too", async () => {
  const id = await completed(["thicket"]);
  await search("q=thicket");
  const database = new DatabaseSync(indexFile);
  // A change of the file makes the other process read it again.
  database.exec("UPDATE state SET stage = stage; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  writeFileSync(indexFile, readFileSync(indexFile).fill(0xff, 4096));
  expect(await found("q=thicket")).toContain(id);
});
