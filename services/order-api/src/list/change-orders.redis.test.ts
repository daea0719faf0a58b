import type { NewOrder } from "@orbital-witness/common/orders/order.ts";
import { recordKey } from "@orbital-witness/common/orders/order-keys.ts";
import { maxRuns } from "@orbital-witness/common/orders/order-store.ts";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { alice, bob, charlie, codeOf, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { temporaryResults } from "../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed } from "../../../../tests/redis/sample-order.ts";

const { folder } = await temporaryResults();
const services = orderServices(redisDatabase(), folder);
const { redis, store, attempts, archive } = services;
const search = await temporaryResults();
const options = { resultsFolder: folder, searchFolder: search.folder };
const api = openOrderApi(redisDatabase(), options);
afterAll(() => api.close());
beforeAll(() => vi.waitFor(counts, { timeout: 20_000 }));
beforeEach(() => redis.flushDb());
const missing = { code: "document_not_found", message: "There is no document." };

const result = z.object({ count: z.int(), skipped: z.int(), next: z.string().nullable() });
const counted = z.object({ counts: z.record(z.string(), z.int()) });

async function changed(path: string, fields: Record<string, unknown> = {}, token = alice) {
  const answer = await api.as(token).post(`/orders/${path}`, fields);
  expect(answer.status).toBe(200);
  return result.parse(await answer.json());
}

async function counts(token = alice): Promise<Record<string, number>> {
  const found = counted.parse(await (await api.as(token).get("/orders")).json()).counts;
  return Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0));
}

const placed = async (fields: Partial<NewOrder> = {}) =>
  (await accepted(store, { user_id: 1, ...fields })).order_id;

async function failed(fields: Partial<NewOrder> = {}): Promise<string> {
  const id = await placed(fields);
  await attempts.fail(await claimed(services, id), missing);
  return id;
}

test("all matching orders that have not ended are cancelled, once, and nobody else's", async () => {
  const [one] = [await placed({ title_number: "AB1" }), await placed({ title_number: "AB2" })];
  await placed({ title_number: "AB1", user_id: 2 });
  await failed({ title_number: "AB1" });
  await claimed(services, one);
  expect(await changed("cancel?title_number=AB1")).toEqual({ count: 1, skipped: 0, next: null });
  expect(await counts()).toEqual({ cancelled: 1, failed: 1, queued: 1 });
  expect(await changed("cancel?title_number=AB1")).toEqual({ count: 0, skipped: 0, next: null });
  expect(await changed("cancel", { all: true })).toMatchObject({ count: 1 });
  expect(await counts()).toEqual({ cancelled: 2, failed: 1 });
  expect(await counts(bob)).toEqual({ queued: 1 });
});

test("all matching orders that failed are queued again, also archived ones", async () => {
  const [held, archived, worn] = [await failed(), await failed(), await failed()];
  await archive.archive(archived);
  await redis.hSet(recordKey(worn), "run", maxRuns);
  await failed({ document_type: "deed" });
  await placed();
  const filter = { status: ["failed", "queued"], document_type: "lease", q: "no document" };
  expect(await changed("retry", filter)).toEqual({ count: 2, skipped: 1, next: null });
  expect(await store.find(held)).toMatchObject({ status: "queued", run: 2 });
  expect(await store.find(archived)).toMatchObject({ status: "queued", run: 2 });
  expect(await counts()).toEqual({ queued: 3, failed: 2 });
  expect(await changed("retry", filter)).toEqual({ count: 0, skipped: 1, next: null });
});

test("orders that are excepted stay as they are", async () => {
  const ids = [await failed(), await failed(), await failed()];
  const except = ids.slice(0, 2);
  expect(await changed("retry", { all: true, except })).toEqual({ count: 1, skipped: 0, next: null });
  expect(await counts()).toEqual({ failed: 2, queued: 1 });
  expect(await changed(`retry?all=true&except=${ids[0]}`)).toMatchObject({ count: 1, skipped: 0 });
  expect(await changed("cancel", { all: true, except: ids })).toMatchObject({ count: 0, skipped: 0 });
  expect(await counts()).toEqual({ failed: 1, queued: 2 });
  const tooMany = { all: true, except: Array(1001).fill(ids[0]) };
  expect(await (await api.as(alice).post("/orders/cancel", tooMany)).json()).toMatchObject({
    detail: "except must be at most 1000 order ids",
  });
});

test("more orders than are read at once are all changed, from the oldest to the newest", async () => {
  const ids = await Promise.all(Array.from({ length: 450 }, () => placed()));
  let count = 0;
  // A busy machine may need more than the time of one request.
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const answer = await changed("cancel", { all: "true", cursor });
    count += answer.count;
    cursor = answer.next;
  }
  expect(count).toBe(ids.length);
  expect(await counts()).toEqual({ cancelled: ids.length });
});

test("a request begins after its cursor", async () => {
  await placed();
  const place = await redis.zScore("user:1:orders", await placed());
  await placed();
  const cursor = Buffer.from(String(place)).toString("base64url");
  expect(await changed("cancel", { all: true, cursor })).toMatchObject({ count: 1 });
  expect(await counts()).toEqual({ cancelled: 1, queued: 2 });
});

test("a filter whose status no order can be changed from changes nothing", async () => {
  await placed();
  expect(await changed("retry?status=queued&status=completed")).toMatchObject({ count: 0 });
  expect(await changed("cancel?status=failed")).toMatchObject({ count: 0 });
  expect(await counts()).toEqual({ queued: 1 });
});

test.each([
  ["", {}, "all is required without a filter"],
  ["", { q: " " }, "all is required without a filter"],
  ["", { status: [] }, "all is required without a filter"],
  ["", { all: "yes" }, "all must be true or left out"],
  ["?status=eaten", {}, "status must be one of"],
  ["", { all: true, except: "eaten" }, "except"],
  ["", { except: crypto.randomUUID() }, "all is required without a filter"],
  ["", { title_number: "eaten" }, "title_number must be up to three capital letters"],
  ["?all=true&cursor=x", {}, "cursor must be the `next`"],
])("a change of %s %j is answered 422", async (query, fields, detail) => {
  await placed();
  for (const action of ["cancel", "retry"]) {
    const answer = await api.as(alice).post(`/orders/${action}${query}`, fields);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) });
  }
  expect(await counts()).toEqual({ queued: 1 });
});

test("only users who may order change orders, and a form may have the token", async () => {
  await placed();
  for (const action of ["cancel", "retry"]) {
    expect(await codeOf(await api.as(charlie).post(`/orders/${action}?all=true`))).toEqual([
      ...[403, "cannot_order"],
    ]);
    expect((await api.send("POST", `/orders/${action}?all=true`)).status).toBe(401);
  }
  const body = new URLSearchParams({ token: alice, status: "queued" });
  body.append("status", "fetching");
  const answer = await api.send("POST", "/orders/cancel", { body });
  expect(result.parse(await answer.json())).toMatchObject({ count: 1 });
});

test("a second change of the same user waits for the first", async () => {
  await Promise.all(Array.from({ length: 300 }, () => placed()));
  const answers = await Promise.all([1, 2].map(() => api.as(alice).post("/orders/cancel", { all: true })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
  expect(await counts()).toEqual({ cancelled: 300 });
});
