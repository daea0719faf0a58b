import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventStream } from "../../../../tests/order-api/event-stream.ts";
import {
  alice,
  bob,
  codeOf,
  folders,
  lease,
  type OrderApi,
  openOrderApi,
  orderIdOf,
  tokenOf,
} from "../../../../tests/order-api/order-api.ts";
import { type RedisContainer, startRedisContainer } from "../../../../tests/redis/redis-container.ts";
import { orderServices, redisDatabase, silentLog } from "../../../../tests/redis/redis-database.ts";
import { claimed, claimedPages } from "../../../../tests/redis/sample-order.ts";

const services = orderServices(redisDatabase(), folders.resultsFolder);
const { redis, store, attempts, archive } = services;
// Without a message, the feed reads only every minute. So these tests see only what Redis published.
const api = openOrderApi(redisDatabase(), { feed: { heartbeatMs: 300, lookMs: 60_000 } });
afterAll(() => api.close());

const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
const id = expect.stringMatching(/^\d+-\d+$/);

async function ordered(): Promise<string> {
  return orderIdOf(await api.as(alice).post("/orders", lease));
}

async function follow(
  orderId: string,
  headers: Record<string, string> = {},
  from = api,
): Promise<EventStream> {
  return new EventStream(await from.as(alice, headers).get(`/orders/${orderId}/events`));
}

test("a stream has every event of an order when it happens, until the order ends", async () => {
  const orderId = await ordered();
  const stream = await follow(orderId);
  const { status, headers } = stream.response;
  expect(status).toBe(200);
  expect(headers.get("Content-Type")).toBe("text/event-stream");
  expect(headers.get("Cache-Control")).toBe("no-cache");
  expect(headers.get("X-Accel-Buffering")).toBe("no");
  expect(await stream.next()).toEqual({ id, event: "status", data: { at, status: "queued" } });
  const order = await claimed(services, orderId);
  expect(await stream.next()).toEqual({
    id,
    event: "status",
    data: { at, status: "fetching", attempt: 1, worker: "worker-1" },
  });
  await attempts.recognizing(order, 2);
  const recognizing = { at, status: "recognizing", attempt: 1, progress: { page: 0, pages: 2 } };
  expect(await stream.next()).toEqual({ id, event: "status", data: recognizing });
  const reason = { code: "page_damaged", message: "broken" };
  const page = await claimedPages(services, orderId, ["worker-1", "worker-2"]);
  await attempts.endPage(page(2), "failed", reason);
  const read = (count: number) => ({ progress: { page: count, pages: 2 } });
  expect(await stream.next()).toEqual({ event: "progress", data: { at, ...read(1) } });
  await attempts.endPage(page(1), "failed", reason);
  expect(await stream.rest()).toEqual([
    {
      id,
      event: "status",
      data: { at, status: "failed", attempt: 1, outcome: "failed", reason, ...read(2) },
    },
  ]);
});

test("a stream continues after Last-Event-ID, and is empty after the last event", async () => {
  const orderId = await ordered();
  const first = await follow(orderId);
  const queued = await first.next();
  await first.leave();
  const order = await claimed(services, orderId);
  await attempts.complete(order);
  const later = await (await follow(orderId, { "Last-Event-ID": queued?.id ?? "" })).rest();
  const expected = [{ status: "fetching" }, { status: "completed", progress: { page: 1, pages: 1 } }];
  expect(later.map(({ data }) => data)).toMatchObject(expected);
  const after = await follow(orderId, { "Last-Event-ID": later.at(-1)?.id ?? "" });
  expect(after.response.status).toBe(204);
  const whole = await (await follow(orderId)).rest();
  expect(whole).toEqual([queued, ...later]);
});

test("a stream of an archived order has the same events", async () => {
  const orderId = await ordered();
  await attempts.complete(await claimed(services, orderId));
  const before = await (await follow(orderId)).rest();
  expect(await archive.archive(orderId)).toBe("archived");
  expect(await (await follow(orderId)).rest()).toEqual(before);
  const [first, ...later] = before;
  expect(await (await follow(orderId, { "Last-Event-ID": first?.id ?? "" })).rest()).toEqual(later);
  const after = await follow(orderId, { "Last-Event-ID": later.at(-1)?.id ?? "" });
  expect(after.response.status).toBe(204);
});

test("a stream ends with its order even if the order is archived at once", async () => {
  const orderId = await ordered();
  const stream = await follow(orderId);
  await stream.next();
  await attempts.complete(await claimed(services, orderId));
  await archive.archive(orderId);
  expect((await stream.rest()).at(-1)).toMatchObject({ data: { status: "completed" } });
});

test("a client that continues a stream gets the pages that ended meanwhile as one progress", async () => {
  const orderId = await ordered();
  await attempts.recognizing(await claimed(services, orderId), 5);
  const page = await claimedPages(services, orderId, Array(5).fill("worker-1"));
  for (const number of [1, 2, 3]) await attempts.endPage(page(number), "read");
  const stream = await follow(orderId);
  for (const status of ["queued", "fetching", "recognizing"])
    expect(await stream.next()).toMatchObject({ data: { status } });
  expect(await stream.next()).toEqual({ event: "progress", data: { at, progress: { page: 3, pages: 5 } } });
  await api.as(alice).delete(`/orders/${orderId}`);
  expect(await stream.rest()).toMatchObject([{ data: { status: "cancelled" } }]);
});

test("a retried order's stream ends with the last run", async () => {
  const orderId = await ordered();
  await attempts.fail(await claimed(services, orderId), { code: "document_not_found", message: "none" });
  await api.as(alice).post(`/orders/${orderId}/retry`);
  const stream = await follow(orderId);
  for (const status of ["queued", "fetching", "failed", "queued"]) {
    expect(await stream.next()).toMatchObject({ data: { status } });
  }
  await api.as(alice).delete(`/orders/${orderId}`);
  expect(await stream.rest()).toMatchObject([{ data: { status: "cancelled" } }]);
});

test.each(["x", "1", "1-1-1", "-", "$", "", `${"9".repeat(19)}-0`])(
  "Last-Event-ID %j is 400",
  async (last) => {
    const response = await api.as(alice, { "Last-Event-ID": last }).get(`/orders/${await ordered()}/events`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "invalid_header",
      detail: "Last-Event-ID must be the id of an event",
    });
  },
);

test("a heartbeat comes at once and again while nothing happens", async () => {
  const stream = await follow(await ordered());
  await stream.heartbeat();
  await stream.next();
  await stream.heartbeat();
  await stream.heartbeat();
  await stream.leave();
});

test("an order that vanishes ends its stream", async () => {
  const order_id = await ordered();
  const stream = await follow(order_id);
  await stream.next();
  await store.revoke({ order_id, user_id: 1 });
  expect(await stream.rest()).toEqual([]);
});

test("several clients can follow one order, and one that leaves does not end the other streams", async () => {
  const orderId = await ordered();
  const streams = [await follow(orderId), await follow(orderId), await follow(orderId)];
  for (const stream of streams) await stream.next();
  await streams[0]?.leave();
  await claimed(services, orderId);
  for (const stream of streams.slice(1)) {
    expect(await stream.next()).toMatchObject({ data: { status: "fetching" } });
  }
  await streams[1]?.leave();
  await streams[2]?.leave();
  await expect
    .poll(() => redis.pubSubNumSub([`order:${orderId}:events`]))
    .toMatchObject({
      [`order:${orderId}:events`]: 0,
    });
});

test("HEAD returns the type and opens no stream", async () => {
  const orderId = await ordered();
  const headers = { Authorization: `Bearer ${alice}` };
  const head = await api.app.request(`/orders/${orderId}/events`, { method: "HEAD", headers });
  expect([head.status, head.headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
  expect(await redis.pubSubNumSub([`order:${orderId}:events`])).toMatchObject({
    [`order:${orderId}:events`]: 0,
  });
});

test("a user can have 100 streams, and open another when one ends", async () => {
  const orderId = await ordered();
  const open = await Promise.all(Array.from({ length: 100 }, () => follow(orderId)));
  expect(open.map(({ response }) => response.status)).toEqual(Array(100).fill(200));
  const refused = await api.as(alice).get(`/orders/${orderId}/events`);
  expect(await codeOf(refused)).toEqual([429, "too_many_streams"]);
  const other = await orderIdOf(await api.as(bob).post("/orders", lease));
  const others = new EventStream(await api.as(bob).get(`/orders/${other}/events`));
  expect(others.response.status).toBe(200);
  await others.leave();
  await open[0]?.leave();
  await expect
    .poll(async () => {
      const stream = await follow(orderId);
      await stream.leave();
      return stream.response.status;
    })
    .toBe(200);
  for (const stream of open) await stream.leave();
});

test("a token that expires during a stream does not cut it", async () => {
  const orderId = await ordered();
  const token = await tokenOf(1, 2);
  const stream = new EventStream(await api.as(token).get(`/orders/${orderId}/events`));
  expect(stream.response.status).toBe(200);
  await stream.next();
  await expect.poll(async () => (await api.as(token).get("/orders")).status, { timeout: 5000 }).toBe(401);
  await api.as(alice).delete(`/orders/${orderId}`);
  expect(await stream.rest()).toMatchObject([{ data: { status: "cancelled" } }]);
});

test("stopping the service ends the streams", async () => {
  const stopped = openOrderApi(redisDatabase());
  await expect.poll(async () => (await stopped.app.request("/readyz")).status).toBe(200);
  const stream = await follow(await ordered(), {}, stopped);
  await stream.next();
  stopped.stopping();
  expect(await stream.rest()).toEqual([]);
  await stopped.close();
});

/** This test uses its own Redis, because it stops it. */
let container: RedisContainer;
let own: OrderApi;
beforeAll(async () => {
  container = await startRedisContainer();
  own = openOrderApi(container.url, { feed: { heartbeatMs: 200, lookMs: 500 } });
});
afterAll(async () => {
  await own.close();
  await container.remove();
});

test("a stream stays open while Redis is away, and misses no event", async () => {
  await expect.poll(async () => (await own.app.request("/readyz")).status).toBe(200);
  const orderId = await orderIdOf(await own.as(alice).post("/orders", lease));
  const stream = await follow(orderId, {}, own);
  await stream.heartbeat();
  await stream.next();
  await container.kill();
  for (let beats = 0; beats < 5; beats++) await stream.heartbeat();
  await container.start();
  const outside = openRedis(container.url, silentLog, "wait");
  await outside.xAdd(`order:${orderId}:events`, "*", { status: "fetching", attempt: "1", worker: "w" });
  expect(await stream.next()).toMatchObject({ data: { status: "fetching" } });
  await expect.poll(async () => (await own.app.request("/readyz")).status).toBe(200);
  expect((await own.as(alice).delete(`/orders/${orderId}`)).status).toBe(200);
  expect(await stream.rest()).toMatchObject([{ data: { status: "cancelled" } }]);
  await closeRedis(outside);
});
