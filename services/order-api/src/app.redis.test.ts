import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import {
  alice,
  bob,
  charlie,
  codeOf,
  lease,
  openOrderApi,
  orderIdOf,
} from "../../../tests/order-api/order-api.ts";
import { pageOf, pictureOf, temporaryResults } from "../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../tests/redis/redis-database.ts";
import { claimed, claimedPages, waitingItems } from "../../../tests/redis/sample-order.ts";

const services = orderServices();
const { redis, store, attempts } = services;
const { folder, results } = await temporaryResults();
const api = openOrderApi(redisDatabase(), { resultsFolder: folder });
afterAll(() => api.close());
const { get, post } = api.as(alice);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
const noPages = { pages_failed: [], pages_failed_count: 0, pages_empty: [], pages_empty_count: 0 };
const notThere = { code: "document_not_found", message: "There is no document." };

/** Places an order as alice, with a form that contains the token. */
async function ordered(fields: Record<string, string> = lease): Promise<{ id: string; path: string }> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...fields, token: alice })) body.set(name, value);
  const id = await orderIdOf(await api.send("POST", "/orders", { method: "POST", body }));
  return { id, path: `/orders/${id}` };
}

/** Completes the order with one page. */
async function completed(order: OrderRecord, line: string): Promise<void> {
  const page = pageOf(1, [[line.split(" ")]]);
  await results.savePage(order, page, await pictureOf(page));
  await attempts.complete(order);
}

/** Places an order as alice, and lets it fail. */
async function failed() {
  const order = await ordered();
  await attempts.fail(await claimed(services, order.id), notThere);
  return order;
}

/** The runs of the order that wait in the queue. */
async function waitingRuns(id: string): Promise<number[]> {
  return (await waitingItems(redis, id)).map(({ run }) => run);
}

test("an order does not exist for users other than its owner", async () => {
  const { path } = await ordered();
  expect((await get(path)).status).toBe(200);
  const other = api.as(bob);
  const answers = [
    await other.get(path),
    await other.get(`${path}/result.txt`),
    await other.get(`${path}/events`),
    await other.delete(path),
    await other.post(`${path}/retry`),
    await get(`/orders/${crypto.randomUUID()}`),
  ];
  for (const answer of answers) expect(await codeOf(answer)).toEqual([404, "order_not_found"]);
  expect((await api.send("GET", path)).status).toBe(401);
});

test("an order shows its history from queued to completed, and its result at the end", async () => {
  const { id, path } = await ordered();
  const what = { order_id: id, user_id: 1, ...lease };
  const nothingYet = { file_name: null, started_at: null, finished_at: null, progress: null, reason: null };
  const steps = (...statuses: string[]) => statuses.map((status) => ({ status, at: time }));
  expect(await (await get(path)).json()).toEqual({
    ...what,
    ...nothingYet,
    status: "queued",
    created_at: time,
    links: { events: `${path}/events` },
    history: steps("queued"),
    ...{ attempts: [], ...noPages },
    ...{ pages: null, position: expect.any(Number), expected_seconds: null },
    ...{ waits_for: "workers", next_attempt_at: null },
  });
  const early = await get(`${path}/result.txt`);
  expect(early.headers.get("Retry-After")).toBe("1");
  expect(await codeOf(early)).toEqual([409, "order_not_completed"]);

  const order = await claimed(services, id, "worker-7");
  const attempt = { attempt: 1, worker: "worker-7", started_at: time, reason: null };
  const running = { ended_at: null, outcome: null };
  expect(await (await get(path)).json()).toMatchObject({
    ...{ status: "fetching", started_at: time, finished_at: null, progress: null },
    ...{ position: null, expected_seconds: null, attempts: [{ ...attempt, ...running }] },
  });
  await attempts.recognizing(order, 1);
  expect(await (await get(path)).json()).toMatchObject({
    ...{ status: "recognizing", progress: { page: 0, pages: 1 } },
  });
  await completed(order, "Lease – 99 years, £1");
  expect(await (await get(path)).json()).toEqual({
    ...what,
    ...{ status: "completed", created_at: time, started_at: time, finished_at: time },
    ...{ file_name: null, progress: null, reason: null, position: null, expected_seconds: null },
    ...{ pages: 1, waits_for: null, next_attempt_at: null, ...noPages },
    links: { events: `${path}/events`, result: `${path}/result` },
    history: steps("queued", "fetching", "recognizing", "completed"),
    attempts: [{ ...attempt, ended_at: time, outcome: "completed" }],
  });
  const text = await get(`${path}/result.txt`);
  expect(text.headers.get("Content-Type")?.toLowerCase()).toBe("text/plain; charset=utf-8");
  expect(await text.text()).toBe("Lease – 99 years, £1\n");
});

test("an order of several pages shows how many are read, and which failed or are empty", async () => {
  const { id, path } = await ordered();
  const order = await claimed(services, id);
  const damaged = { code: "page_damaged", message: "The page is damaged." };
  await attempts.recognizing(order, 3);
  // No worker has taken a page yet, so the order still waits.
  expect(await (await get(path)).json()).toMatchObject({
    ...{ status: "recognizing", position: expect.any(Number) },
  });
  const page = await claimedPages(services, id, ["worker-1", "worker-1", "worker-2"]);
  await attempts.endPage(page(3), "failed", damaged);
  await attempts.endPage(page(1), "empty");
  const pages = {
    ...{ pages_failed: [{ page: 3, ...damaged }], pages_failed_count: 1 },
    ...{ pages_empty: [1], pages_empty_count: 1 },
  };
  expect(await (await get(path)).json()).toMatchObject({
    ...{ progress: { page: 2, pages: 3 }, position: null },
    ...pages,
  });
  await attempts.endPage(page(2), "read");
  expect(await (await get(path)).json()).toMatchObject({ status: "completed", progress: null, ...pages });
});

test("an order of many pages names the first hundred that failed or are empty, and no progress", async () => {
  const { id, path } = await ordered();
  const order = await claimed(services, id);
  const damaged = { code: "page_damaged", message: "The page is damaged." };
  await attempts.recognizing(order, 400);
  const pages = Array.from({ length: 399 }, (_, index) => 399 - index);
  const ends = { 0: "empty", 1: "failed", 2: "read" } as const;
  const outcome = (page: number) => ends[(page % 3) as 0 | 1 | 2];
  const claim = await claimedPages(services, id, Array(400).fill("worker-1"));
  await Promise.all(pages.map((page) => attempts.endPage(claim(page), outcome(page), damaged)));
  const answer = await get(path);
  const body = await answer.text();
  const failedPages = Array.from({ length: 100 }, (_, index) => ({ page: 3 * index + 1, ...damaged }));
  expect(JSON.parse(body)).toMatchObject({
    ...{ progress: { page: 399, pages: 400 }, history: [{}, {}, { status: "recognizing" }] },
    ...{ pages_failed: failedPages, pages_failed_count: 133 },
    ...{ pages_empty: Array.from({ length: 100 }, (_, index) => 3 * index + 3), pages_empty_count: 133 },
  });
  expect(body.length).toBeLessThan(10_000);
  const overview = await store.overview(id);
  expect([overview?.steps.length, overview?.pages.length]).toEqual([3, 200]);
});

test("a queued order shows its position, and an estimate of the wait once there is one", async () => {
  await redis.flushDb();
  const orders = [await ordered(), await ordered(), await ordered()];
  const places = () =>
    Promise.all(
      orders.map(async ({ path }) => {
        const view = z.object({ position: z.int().nullable(), expected_seconds: z.int().nullable() });
        const { position, expected_seconds } = view.parse(await (await get(path)).json());
        return [position, expected_seconds];
      }),
    );
  const unknown = [
    [1, null],
    [2, null],
    [3, null],
  ];
  expect(await places()).toEqual(unknown);
  await redis.hSet("orders:duration", "mean_ms", 2500);
  expect(await places()).toEqual([
    [1, 3],
    [2, 5],
    [3, 8],
  ]);
  for (const worker of ["a", "b"]) await services.queue.next(worker);
  expect(await places()).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  await claimed(services, orders[0]?.id ?? "");
  expect(await places()).toEqual([
    [null, null],
    [1, 2],
    [2, 3],
  ]);
  await redis.del("orders:duration");
});

test("a failed order says why, and has no result", async () => {
  const { path } = await failed();
  expect(await (await get(path)).json()).toMatchObject({
    status: "failed",
    reason: notThere,
    attempts: [{ attempt: 1, outcome: "failed", reason: notThere }],
    links: { events: `${path}/events` },
  });
  const text = await get(`${path}/result.txt`);
  expect(text.status).toBe(409);
  expect(text.headers.get("Retry-After")).toBeNull();
  expect(await text.json()).toMatchObject({
    code: "order_failed",
    detail: expect.stringMatching(/^The order failed\. .*no document/),
  });
});

test("cancelling a queued order takes it out of the queue; cancelling it again is refused", async () => {
  const { id, path } = await ordered();
  expect(await waitingRuns(id)).toEqual([1]);
  const answer = await api.as(alice).delete(path);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    ...{ order_id: id, status: "cancelled", finished_at: time, position: null, attempts: [] },
    history: [{ status: "queued" }, { status: "cancelled" }],
  });
  expect(await waitingRuns(id)).toEqual([]);
  expect(await codeOf(await api.as(alice).delete(path))).toEqual([409, "order_ended"]);
  expect(await codeOf(await get(`${path}/result.txt`))).toEqual([409, "order_cancelled"]);
  expect(await codeOf(await post(`${path}/retry`))).toEqual([409, "order_not_failed"]);
});

test("a running order can be cancelled", async () => {
  const { id, path } = await ordered();
  const order = await claimed(services, id);
  const answer = await api.as(alice).delete(path);
  expect(await answer.json()).toMatchObject({
    status: "cancelled",
    attempts: [{ outcome: "cancelled", ended_at: time }],
  });
  expect(await attempts.complete(order)).toBe("lost");
  expect(await codeOf(await get(`${path}/result.txt`))).toEqual([409, "order_cancelled"]);
});

test("a failed order runs again as a new run, with its history", async () => {
  const { id, path } = await failed();
  const answer = await post(`${path}/retry`);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("Location")).toBe(path);
  expect(await answer.json()).toMatchObject({
    ...{ order_id: id, status: "queued", reason: null, finished_at: null, position: expect.any(Number) },
    history: [{ status: "queued" }, { status: "fetching" }, { status: "failed" }, { status: "queued" }],
    attempts: [{ attempt: 1, outcome: "failed", reason: notThere }],
  });
  expect(await codeOf(await post(`${path}/retry`))).toEqual([409, "order_not_failed"]);
  expect(await waitingRuns(id)).toEqual([2]);
  await completed(await claimed(services, id), "after all");
  expect(await (await get(`${path}/result.txt`)).text()).toBe("after all\n");
});

test("a 503 says that the change was made if the order cannot be read after it", async () => {
  const cancelled = await ordered();
  const retried = await failed();
  Object.defineProperty(api.store, "overview", {
    configurable: true,
    value: () => Promise.reject(new Error("connection lost")),
  });
  const answers = [await api.as(alice).delete(cancelled.path), await post(`${retried.path}/retry`)];
  Reflect.deleteProperty(api.store, "overview");
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: "store_unavailable",
      detail: expect.stringContaining("The order was changed, but cannot be shown"),
    });
  }
  expect(await (await get(cancelled.path)).json()).toMatchObject({ status: "cancelled" });
  expect(await (await get(retried.path)).json()).toMatchObject({ status: "queued" });
});

test("retrying an order that may not run again is 409 with advice", async () => {
  const { path } = await failed();
  Object.defineProperty(api.store, "retry", {
    configurable: true,
    value: async () => ({ outcome: "too_many", run: 20 }),
  });
  const answer = await post(`${path}/retry`);
  Reflect.deleteProperty(api.store, "retry");
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    code: "order_retried_too_often",
    detail: expect.stringContaining("Place a new order"),
  });
});

test("a user without the right to order may only read", async () => {
  const reader = api.as(charlie);
  expect(await (await reader.get("/orders")).json()).toMatchObject({ orders: [], next: null });
  const { path } = await ordered();
  expect((await reader.delete(path)).status).toBe(403);
  expect((await reader.post(`${path}/retry`)).status).toBe(403);
});

test("the same key and fields return the order as it is now, for any token and content type", async () => {
  const headers = { "Idempotency-Key": "order-1" };
  const first = await api.as(alice, headers).post("/orders", lease);
  expect(first.headers.get("Idempotent-Replayed")).toBeNull();
  const id = await orderIdOf(first);
  await claimed(services, id);
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...lease, token: alice, more: "x" })) body.set(name, value);
  const second = await api.send("POST", "/orders", { headers, body });
  expect(second.status).toBe(202);
  expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  expect(second.headers.get("Location")).toBe(`/orders/${id}`);
  expect(await second.json()).toEqual({ order_id: id, user_id: 1, ...lease, status: "fetching" });

  const reused = await api.as(alice, headers).post("/orders", { ...lease, document_type: "deed" });
  expect(await codeOf(reused)).toEqual([422, "idempotency_key_reused"]);
  const others = await api.as(bob, headers).post("/orders", { ...lease, document_type: "deed" });
  expect(await orderIdOf(others)).not.toBe(id);
});

test("of many concurrent requests with one key, one places the order; the others get it or 409", async () => {
  const ordersOfAlice = () => redis.zCard("user:1:orders");
  const before = await ordersOfAlice();
  const send = () => api.as(alice, { "Idempotency-Key": "at-once" }).post("/orders", lease);
  const answers = await Promise.all(Array.from({ length: 10 }, send));
  const accepted = answers.filter(({ status }) => status === 202);
  const [id, ...others] = await Promise.all(accepted.map(orderIdOf));
  expect(others.every((other) => other === id)).toBe(true);
  const inFlight = answers.filter(({ status }) => status === 409);
  expect(inFlight.length).toBeGreaterThan(0);
  expect(accepted.length + inFlight.length).toBe(10);
  for (const answer of inFlight) {
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(answer)).toEqual([409, "idempotency_key_in_flight"]);
  }
  expect(await orderIdOf(await send())).toBe(id);
  expect(await ordersOfAlice()).toBe(before + 1);
  expect(await waitingRuns(id ?? "")).toEqual([1]);
});

const list = z.object({
  orders: z.array(z.looseObject({ order_id: z.string(), status: z.string() })),
  next: z.string().nullable(),
});

async function listed(query = "") {
  const { orders, next } = list.parse(await (await get(`/orders${query}`)).json());
  return { ids: orders.map(({ order_id }) => order_id), orders, next };
}

test("a user's orders are listed newest first, page by page, without gaps or duplicates", async () => {
  await redis.flushDb();
  expect(await listed()).toEqual({ ids: [], orders: [], next: null });
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.unshift((await ordered()).id);
  await api.as(bob).post("/orders", lease);
  const first = await listed();
  expect(first.ids).toEqual(ids.slice(0, 20));
  // New orders do not shift the pages.
  await ordered();
  const second = await listed(`?cursor=${first.next}`);
  expect(second.ids).toEqual(ids.slice(20));
  expect(second.next).toBeNull();
  const exact = await listed(`?limit=5&cursor=${first.next}`);
  expect([exact.ids, exact.next]).toEqual([ids.slice(20), null]);
  expect((await listed("?limit=100")).ids).toHaveLength(26);
  expect(first.orders[0]).toEqual({
    ...{ order_id: ids[0], user_id: 1, ...lease, status: "queued", created_at: time },
    ...{ file_name: null, started_at: null, finished_at: null, progress: null, reason: null },
    ...{ pages: null, pages_failed_count: 0, position: expect.any(Number), expected_seconds: null },
    ...{ waits_for: "workers", next_attempt_at: null },
    links: { events: `/orders/${ids[0]}/events` },
  });
});

test("the list is filtered by status and title number", async () => {
  await redis.flushDb();
  const deed = await ordered({ title_number: "AB1", document_type: "deed" });
  const failure = await failed();
  await ordered();
  expect((await listed("?status=failed")).ids).toEqual([failure.id]);
  expect((await listed("?title_number=AB1")).ids).toEqual([deed.id]);
  expect((await listed("?title_number=AB1&status=failed")).ids).toEqual([]);
  expect((await listed("?status=queued&limit=1")).ids).toHaveLength(1);
});

test("an expired order does not exist for anybody", async () => {
  const { id, path } = await ordered();
  const record = await store.find(id);
  expect(record).toBeDefined();
  await redis.del([`order:${id}`, `order:${id}:events`]);
  expect((await get(path)).status).toBe(404);
  expect((await listed("?limit=100")).ids).not.toContain(id);
});
