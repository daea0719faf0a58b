import { changesAfter } from "@orbital-witness/common/orders/order-changes.ts";
import { changesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { EventStream } from "../../../../../tests/order-api/event-stream.ts";
import {
  alice,
  bob,
  codeOf,
  folders,
  lease,
  openOrderApi,
  orderIdOf,
} from "../../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../../tests/redis/redis-database.ts";
import { claimed } from "../../../../../tests/redis/sample-order.ts";

const services = orderServices(redisDatabase(), folders.resultsFolder);
const { redis, attempts, store } = services;
const api = openOrderApi(redisDatabase(), { feed: { heartbeatMs: 300 } });
afterAll(() => api.close());

const id = expect.stringMatching(/^\d+-\d+$/);

async function ordered(user = alice): Promise<string> {
  return orderIdOf(await api.as(user).post("/orders", lease));
}

/** Opens a stream, and waits until it knows from where it continues. */
async function follow(user = alice, after?: string) {
  const headers = after === undefined ? {} : { "Last-Event-ID": after };
  const stream = new EventStream(await api.as(user, headers).get("/orders/events"));
  onTestFinished(() => stream.leave());
  expect(stream.response.status).toBe(200);
  if (after !== undefined) return { stream, place: after };
  const { id: place = "" } = (await stream.next()) ?? {};
  expect(place).toEqual(id);
  return { stream, place };
}

const orderEvent = (order_id: string, more: Record<string, unknown>) => ({
  ...{ id, event: "order" },
  data: expect.objectContaining({ order_id, ...more }),
});

test("each change of one's orders is an event that looks like the order in a list", async () => {
  const { stream } = await follow();
  const orderId = await ordered();
  expect(await stream.next()).toEqual(orderEvent(orderId, { status: "queued", position: 1 }));
  const order = await claimed(services, orderId);
  expect(await stream.next()).toEqual(orderEvent(orderId, { status: "fetching" }));
  await attempts.recognizing(order, 1);
  expect(await stream.next()).toEqual(
    orderEvent(orderId, { status: "recognizing", progress: { page: 0, pages: 1 } }),
  );
  await attempts.complete(order);
  const last = await stream.next();
  expect(last).toEqual(orderEvent(orderId, { status: "completed" }));
  const list = await (await api.as(alice).get("/orders")).json();
  expect(list).toMatchObject({ orders: [last?.data] });
});

test("an order that is removed is told by its id", async () => {
  const orderId = await ordered();
  const { stream } = await follow();
  await store.revoke({ order_id: orderId, user_id: 1 });
  expect(await stream.next()).toEqual({ id, event: "removed", data: { order_id: orderId } });
});

test("nobody sees the changes of another user's orders", async () => {
  const { stream: ofAlice } = await follow(alice);
  const { stream: ofBob } = await follow(bob);
  await ordered(alice);
  const own = await ordered(bob);
  expect(await ofBob.next()).toEqual(orderEvent(own, { user_id: 2 }));
  expect(await ofAlice.next()).toMatchObject({ data: { user_id: 1 } });
});

test("a stream that continues after an event has what changed since, each order once", async () => {
  const { stream, place } = await follow();
  const first = await ordered();
  const second = await ordered();
  await claimed(services, first);
  await stream.leave();
  const { stream: again } = await follow(alice, place);
  expect(await again.next()).toEqual(orderEvent(second, { status: "queued" }));
  expect(await again.next()).toEqual(orderEvent(first, { status: "fetching" }));
  const third = await ordered();
  expect(await again.next()).toEqual(orderEvent(third, {}));
});

test("a stream that continues after many changes gets a reset", async () => {
  const { stream, place } = await follow();
  await stream.leave();
  await Promise.all(Array.from({ length: 60 }, () => ordered()));
  const { stream: again } = await follow(alice, place);
  expect(await again.next()).toEqual({ id, event: "reset", data: {} });
});

test("a stream that continues after an event that is no longer kept gets a reset", async () => {
  await ordered();
  const { stream } = await follow(alice, "1-0");
  expect(await stream.next()).toEqual({ id, event: "reset", data: {} });
  const { stream: future } = await follow(alice, "99999999999999-0");
  expect(await future.next()).toEqual({ id, event: "reset", data: {} });
});

test("the stream of changes stays short", async () => {
  const { stream } = await follow();
  const user = String(1_000_000);
  for (let round = 0; round < 12; round++) {
    const adds = Array.from({ length: 1000 }, () =>
      redis.xAdd(
        changesKey,
        "*",
        { order: "x", user },
        {
          TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: 10_000 },
        },
      ),
    );
    await Promise.all(adds);
  }
  expect((await changesAfter(redis, "0-0")).length).toBeLessThan(10_200);
  const own = await ordered();
  expect(await stream.next()).toEqual(orderEvent(own, {}));
});

test("heartbeats come while nothing changes, and a wrong event id is refused", async () => {
  const { stream } = await follow();
  await stream.heartbeat();
  await stream.heartbeat();
  const wrong = await api.as(alice, { "Last-Event-ID": "yesterday" }).get("/orders/events");
  expect(await codeOf(wrong)).toEqual([400, "invalid_header"]);
  expect((await api.app.request("/orders/events")).status).toBe(401);
});

test("a user has at most 100 streams", async () => {
  const streams = await Promise.all(Array.from({ length: 100 }, () => follow(bob)));
  const refused = await api.as(bob).get("/orders/events");
  expect(await codeOf(refused)).toEqual([429, "too_many_streams"]);
  await streams[0]?.stream.leave();
  await expect
    .poll(async () => {
      const answer = await api.as(bob).get("/orders/events");
      await answer.body?.cancel();
      return answer.status;
    })
    .toBe(200);
});
