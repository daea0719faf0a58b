import { changesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { createClient } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { EventStream } from "../../../../../tests/order-api/event-stream.ts";
import { alice, codeOf, lease, openOrderApi, orderIdOf } from "../../../../../tests/order-api/order-api.ts";
import { startRedisContainer } from "../../../../../tests/redis/redis-container.ts";
import { redisDatabase } from "../../../../../tests/redis/redis-database.ts";

const id = expect.stringMatching(/^\d+-\d+$/);

/** Starts an Order API with this Redis, and opens alice's stream. */
async function followWith(redisUrl: string) {
  const own = openOrderApi(redisUrl, { feed: { heartbeatMs: 200 } });
  onTestFinished(() => own.close());
  const untilReady = () => expect.poll(async () => (await own.app.request("/readyz")).status).toBe(200);
  await untilReady();
  const stream = new EventStream(await own.as(alice).get("/orders/events"));
  expect(await stream.next()).toEqual({ id });
  return { own, stream, untilReady };
}

test("a stream stays open while Redis is away, and tells when it goes and comes back", async () => {
  const container = await startRedisContainer();
  onTestFinished(() => container.remove());
  const { own, stream, untilReady } = await followWith(container.url);
  await container.kill();
  expect(await stream.next()).toEqual({ id, event: "reset", data: {} });
  for (let beats = 0; beats < 5; beats++) await stream.heartbeat();
  const refused = await own.as(alice).get("/orders/events");
  expect(await codeOf(refused)).toEqual([503, "store_unavailable"]);
  await container.start();
  expect(await stream.next()).toEqual({ id, event: "reset", data: {} });
  await untilReady();
  const orderId = await orderIdOf(await own.as(alice).post("/orders", lease));
  expect(await stream.next()).toMatchObject({
    event: "order",
    data: { order_id: orderId, status: "queued" },
  });
});

test("a stream is told once that changes cannot be read, and once that they can", async () => {
  const container = await startRedisContainer();
  onTestFinished(() => container.remove());
  const admin = createClient({ url: container.url });
  await admin.connect();
  onTestFinished(() => admin.destroy());
  const { stream } = await followWith(container.url);
  await admin.set(changesKey, "not a stream");
  // Its connection breaks, and what it reads next is refused each time.
  await admin.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
  expect(await stream.next()).toEqual({ id, event: "reset", data: {} });
  for (let beats = 0; beats < 8; beats++) await stream.heartbeat();
  await admin.del(changesKey);
  expect(await stream.next()).toEqual({ id, event: "reset", data: {} });
  for (let beats = 0; beats < 8; beats++) await stream.heartbeat();
});

test("stopping the service ends the streams", async () => {
  const { own, stream } = await followWith(redisDatabase());
  own.stopping();
  expect(await stream.rest()).toEqual([]);
});
