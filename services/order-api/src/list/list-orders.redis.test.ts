import { writeFileSync } from "node:fs";
import path from "node:path";
import type { NewOrder, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { alice, bob, codeOf, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { pageOf, pictureOf, temporaryResults } from "../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed } from "../../../../tests/redis/sample-order.ts";

const { folder, results } = await temporaryResults();
const services = orderServices(redisDatabase(), folder);
const { redis, store, attempts, archive } = services;
const search = await temporaryResults();
const options = { resultsFolder: folder, searchFolder: search.folder };
const api = openOrderApi(redisDatabase(), options);
afterAll(() => api.close());
const patient = { timeout: 20_000 };
beforeAll(() => vi.waitFor(async () => expect((await listed()).total).not.toBeNull(), patient));
const missing = { code: "document_not_found", message: "There is no document." };

const list = z.object({
  orders: z.array(z.looseObject({ order_id: z.string(), status: z.string() })),
  next: z.string().nullable(),
  counts: z.record(z.string(), z.int()).nullable(),
  total: z.int().nullable(),
});

async function listed(query = "", of = api, token = alice) {
  const { orders, counts, ...more } = list.parse(await (await of.as(token).get(`/orders?${query}`)).json());
  const nonzero = Object.entries(counts ?? {}).filter(([, count]) => count > 0);
  return {
    ...{ ids: orders.map(({ order_id }) => order_id), ...more },
    counts: counts && Object.fromEntries(nonzero),
  };
}

const placed = async (fields: Partial<NewOrder> = {}) =>
  (await accepted(store, { user_id: 1, ...fields })).order_id;

async function completed(id: string, line = "a lease"): Promise<void> {
  const order: OrderRecord = await claimed(services, id);
  const page = pageOf(1, [[line.split(" ")]]);
  await results.savePage(order, page, await pictureOf(page));
  await attempts.complete(order);
}

const fails = async (id: string) => attempts.fail(await claimed(services, id), missing);

test("orders are found by their names, the reason of a failure and the text of the result", async () => {
  await redis.flushDb();
  const plan = await placed({ title_number: "AB123", document_type: "title_plan" });
  const scan = await placed({
    title_number: undefined,
    document_type: undefined,
    file_name: "Mill Lane.pdf",
  });
  const read = await placed({ title_number: "OW55" });
  const broken = await placed({ title_number: "OW56" });
  await placed({ user_id: 2, title_number: "AB123" });
  await completed(read, "the term of Ninety years");
  await fails(broken);
  const found = async (q: string) => (await listed(`q=${encodeURIComponent(q)}`)).ids;
  expect(await found("b12")).toEqual([plan]);
  expect(await found("title plan")).toEqual([plan]);
  expect(await found("lane mill")).toEqual([scan]);
  expect(await found("NO DOC")).toEqual([broken]);
  expect(await found("ninety term")).toEqual([read]);
  expect(await found("ow5")).toEqual([broken, read]);
  expect(await found("ninety ow5")).toEqual([]);
  expect(await found("  ")).toHaveLength(4);
  expect(await listed("q=ow5&status=failed")).toMatchObject({
    ...{ ids: [broken], total: 1, counts: { completed: 1, failed: 1 } },
  });
});

test("a list is sorted, counted and read from any place", async () => {
  await redis.flushDb();
  const [a, b, c] = [
    await placed({ title_number: "OW3" }),
    await placed({ title_number: "OW1" }),
    await placed({ title_number: "OW2", document_type: "deed" }),
  ];
  await completed(b);
  await fails(a);
  const ids = async (query: string) => (await listed(query)).ids;
  expect(await ids("sort=created")).toEqual([a, b, c]);
  expect(await ids("sort=-created")).toEqual([c, b, a]);
  expect(await ids("sort=finished")).toEqual([b, a, c]);
  expect(await ids("sort=-finished")).toEqual([c, a, b]);
  expect(await ids("sort=title_number")).toEqual([b, c, a]);
  expect(await ids("sort=-title_number&offset=1")).toEqual([c, b]);
  expect(await ids("document_type=deed")).toEqual([c]);
  const counts = { completed: 1, failed: 1, queued: 1 };
  expect(await listed("status=failed&status=queued")).toEqual({
    ...{ ids: [c, a], next: null, total: 2, counts },
  });
  for (const sort of ["created", "-created", "finished", "-finished", "title_number", "-title_number"]) {
    const first = await listed(`sort=${sort}&limit=2`);
    const rest = await listed(`sort=${sort}&limit=2&cursor=${first.next}`);
    expect([...first.ids, ...rest.ids], sort).toEqual(await ids(`sort=${sort}`));
    expect([first.total, rest.next]).toEqual([3, null]);
  }
});

test.each([
  ["sort=status", "sort must be one of"],
  ["offset=-1", "offset must be a whole number from 0"],
  ["status=queued&status=eaten", "status must be one of"],
  [`q=${"x".repeat(201)}`, "q must have at most 200 characters"],
  [`q=${"x ".repeat(17)}`, "q must have at most 200 characters and 16 words"],
  ["document_type=novel", "document_type must be one of"],
  ["sort=title_number&cursor=MTI", "cursor must be the `next` of a list with the same `sort`"],
  ["cursor=W10", "cursor must be the `next` of a list with the same `sort`"],
  ["q=a&q=b", "q must be given once"],
])("a list with %s is answered 422", async (query, detail) => {
  const answer = await api.as(alice).get(`/orders?${query}`);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    code: "invalid_fields",
    detail: expect.stringContaining(detail),
  });
});

test("a list shows every change that was made before it", async () => {
  await redis.flushDb();
  const counts = async () => (await listed()).counts;
  expect(await counts()).toEqual({});
  const id = await placed();
  expect(await counts()).toEqual({ queued: 1 });
  const order = await claimed(services, id);
  expect(await counts()).toEqual({ fetching: 1 });
  await attempts.recognizing(order, 1);
  expect(await counts()).toEqual({ recognizing: 1 });
  await attempts.fail(order, missing);
  expect(await counts()).toEqual({ failed: 1 });
  await archive.archive(id);
  expect(await counts()).toEqual({ failed: 1 });
  await api.as(alice).post(`/orders/${id}/retry`);
  expect(await counts()).toEqual({ queued: 1 });
  await api.as(alice).delete(`/orders/${id}`);
  expect(await listed("status=cancelled")).toMatchObject({ ids: [id], counts: { cancelled: 1 } });
  const revoked = await placed();
  expect(await counts()).toEqual({ cancelled: 1, queued: 1 });
  await store.revoke({ order_id: revoked, user_id: 1 });
  expect(await listed()).toMatchObject({ ids: [id], counts: { cancelled: 1 }, total: 1 });
  expect(await listed("", api, bob)).toMatchObject({ ids: [], counts: {}, total: 0 });
});

test("a list shows the changes of more open orders than are read at once", async () => {
  await redis.flushDb();
  const ids = await Promise.all(Array.from({ length: 1200 }, () => placed()));
  expect(await listed()).toMatchObject({ counts: { queued: 1200 }, total: 1200 });
  for (const id of ids.slice(0, 3)) await api.as(alice).delete(`/orders/${id}`);
  expect((await listed()).counts).toEqual({ queued: 1197, cancelled: 3 });
});

test.each<[string, () => Promise<unknown>]>([
  ["all", () => redis.del("orders:changes")],
  ["some", () => redis.xTrim("orders:changes", "MAXLEN", 1)],
])("a list shows changes although Redis lost %s of their records", async (_, lose) => {
  await redis.flushDb();
  const [a, b, c] = [await placed(), await placed(), await placed()];
  expect((await listed()).counts).toEqual({ queued: 3 });
  await fails(a);
  await store.revoke({ order_id: b, user_id: 1 });
  await store.cancel(c);
  await lose();
  expect(await listed()).toMatchObject({ ids: [c, a], counts: { failed: 1, cancelled: 1 } });
});

test("an order that failed again between two lists is found by its new reason", async () => {
  await redis.flushDb();
  const id = await placed();
  await fails(id);
  expect((await listed("q=document")).ids).toEqual([id]);
  await store.retry(id);
  await attempts.fail(await claimed(services, id), { code: "document_damaged", message: "It is torn." });
  expect((await listed("q=torn")).ids).toEqual([id]);
  expect((await listed("q=document")).ids).toEqual([]);
});

test("changes while there was no Order API are shown, also the loss of all orders in Redis", async () => {
  await redis.flushDb();
  const [a, b] = [await placed(), await placed()];
  expect((await listed()).counts).toEqual({ queued: 2 });
  await api.as(alice).get("/orders");
  await completed(a);
  await archive.archive(a);
  await fails(b);
  const c = await placed();
  const other = openOrderApi(redisDatabase(), options);
  await expect
    .poll(() => listed("", other).catch(() => "no answer"), patient)
    .toMatchObject({
      ...{ ids: [c, b, a], counts: { completed: 1, failed: 1, queued: 1 } },
    });
  await other.close();
  await redis.flushDb();
  const d = await placed();
  expect(await listed()).toMatchObject({ ids: [d], counts: { queued: 1 }, total: 1 });
});

test("a damaged table is filled again", async () => {
  await redis.flushDb();
  const id = await placed();
  const damaged = await temporaryResults();
  writeFileSync(path.join(damaged.folder, "orders.sqlite"), "not a database ".repeat(1000));
  const other = openOrderApi(redisDatabase(), { ...options, searchFolder: damaged.folder });
  await expect
    .poll(() => listed("", other).catch(() => "no answer"), patient)
    .toMatchObject({ ids: [id], counts: { queued: 1 } });
  await other.close();
});

test("without a table, lists that earlier versions offered are answered, and others with 503", async () => {
  await redis.flushDb();
  const id = await placed();
  const other = openOrderApi(redisDatabase(), { ...options, searchFolder: "/dev/null/nowhere" });
  await expect
    .poll(() => listed("status=queued", other).catch(() => "no answer"), patient)
    .toMatchObject({ ids: [id], counts: null, total: null, next: null });
  for (const query of ["sort=finished", "offset=1", "q=lease", "status=failed&status=queued"]) {
    const answer = await other.as(alice).get(`/orders?${query}`);
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(answer)).toEqual([503, expect.stringMatching(/^(list|store)_unavailable$/)]);
  }
  await other.close();
});
