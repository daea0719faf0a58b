import { issueToken, tokenKey } from "@orbital-witness/common/access-token.ts";
import { openOrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis-connection.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type RedisContainer, startRedisContainer } from "../../../tests/redis/redis-container.ts";
import { silentLog } from "../../../tests/redis/redis-database.ts";
import { OrderAcceptance } from "./accept-order.ts";
import { createOrderApp } from "./app.ts";

const key = tokenKey("0123456789abcdef0123456789abcdef");
const token = await issueToken(key, { user_id: 1, username: "alice", can_order: true }, 600);

/** These tests stop and pause their Redis, so it is their own. */
let container: RedisContainer;
let api: ReturnType<typeof openApi>;
/** A second connection that looks at what is really there. */
let observer: ReturnType<typeof openRedis>;

function openApi(url: string) {
  const redis = openRedis(url, silentLog, "reject");
  const queue = openOrderQueue(redis);
  const store = new OrderStore(redis);
  const acceptance = new OrderAcceptance(store, queue, silentLog);
  const app = createOrderApp({
    log: silentLog,
    key,
    store,
    acceptance,
    checks: { redis: () => redis.ping() },
  });
  return { redis, queue, store, acceptance, app };
}

beforeAll(async () => {
  container = await startRedisContainer();
  api = openApi(container.url);
  observer = openRedis(container.url, silentLog, "wait");
});
afterAll(async () => {
  await api.acceptance.close();
  await api.queue.close();
  await closeRedis(api.redis);
  await closeRedis(observer);
  await container.remove();
});
beforeEach(async () => {
  await ready();
  await observer.flushAll();
});

async function ready() {
  await expect.poll(async () => (await api.app.request("/readyz")).status, { timeout: 10_000 }).toBe(200);
}

async function order() {
  const started = performance.now();
  const body = new URLSearchParams({ title_number: "OW12345678", document_type: "lease", token });
  const response = await api.app.request("/orders", { method: "POST", body });
  return { status: response.status, response, ms: performance.now() - started };
}

/** Ids of everything an order could have left behind: records, texts and jobs. */
async function traces(): Promise<string[]> {
  const keys = await observer.keys("*");
  return keys.filter((key) => /[0-9a-f]{8}-[0-9a-f]{4}-/.test(key));
}

test("202 means that record and job are there", async () => {
  const { response } = await order();
  expect(response.status).toBe(202);
  const body = await response.json();
  const { order_id } = z.object({ order_id: z.uuid() }).parse(body);
  expect(body).toEqual({
    order_id,
    user_id: 1,
    title_number: "OW12345678",
    document_type: "lease",
    status: "queued",
  });
  expect(response.headers.get("Location")).toBe(`/orders/${order_id}`);
  expect(await traces()).toEqual(expect.arrayContaining([`order:${order_id}`, `bull:orders:${order_id}`]));
});

test("a crash of Redis right after the 202 loses nothing", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, order));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
  await container.kill();
  await container.start();
  await ready();
  expect(await observer.keys("order:*")).toHaveLength(50);
  expect(await observer.lLen("bull:orders:wait")).toBe(50);
});

test("Redis stuck: 503 within 2 s, and no order when it goes on", async () => {
  await container.pause();
  const answers = await Promise.all([order(), order(), order()]);
  for (const { status, response, ms } of answers) {
    expect(status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("1");
    expect(ms).toBeLessThan(2000);
  }
  const started = performance.now();
  expect((await api.app.request("/readyz")).status).toBe(503);
  expect(performance.now() - started).toBeLessThan(1500);
  await container.unpause();
  await ready();
  await expect.poll(traces).toEqual([]);
  expect((await order()).status).toBe(202);
});

// Redis stalls after each of the three steps: `held` is what comes after it, sent but not run before it is late.
test.each(["create", "add", "confirm"] as const)("Redis stuck at %s leaves nothing", async (held) => {
  const stalled = { create: api.store.create, add: api.queue.add, confirm: api.store.confirm };
  const target = held === "add" ? api.queue : api.store;
  const step = stalled[held];
  Object.defineProperty(target, held, {
    configurable: true,
    value: async (...args: never[]) => {
      await container.pause();
      return Reflect.apply(step, target, args);
    },
  });
  const { status, ms } = await order();
  Reflect.deleteProperty(target, held);
  expect(status).toBe(503);
  expect(ms).toBeLessThan(2000);
  await container.unpause();
  await ready();
  await expect.poll(traces).toEqual([]);
});

test("an order whose confirmation came through but whose answer did not is taken back", async () => {
  const confirm = api.store.confirm;
  Object.defineProperty(api.store, "confirm", {
    configurable: true,
    value: async (orderId: string) => {
      await Reflect.apply(confirm, api.store, [orderId]);
      throw new Error("connection lost");
    },
  });
  expect((await order()).status).toBe(503);
  Reflect.deleteProperty(api.store, "confirm");
  await expect.poll(traces).toEqual([]);
});

test("Redis away: 503 within 2 s, back: 202 again, without a restart", async () => {
  await container.kill();
  await expect.poll(async () => (await order()).status).toBe(503);
  const { ms } = await order();
  expect(ms).toBeLessThan(2000);
  await container.start();
  await ready();
  expect((await order()).status).toBe(202);
  await expect.poll(() => observer.keys("order:*")).toHaveLength(1);
});

test("a connection that is cut while orders come in gives 202 or 503, and no third thing", async () => {
  const statuses: number[] = [];
  for (let round = 0; round < 5; round++) {
    const answers = Array.from({ length: 40 }, order);
    await new Promise((resolve) => setTimeout(resolve, 10 * round));
    // The last round is left alone: its orders must all be taken.
    if (round < 4) await observer.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    for (const { status } of await Promise.all(answers)) statuses.push(status);
    await ready();
  }
  const accepted = statuses.filter((status) => status === 202).length;
  expect(accepted).toBeGreaterThanOrEqual(40);
  expect(statuses.filter((status) => status === 503)).toHaveLength(200 - accepted);
  await expect.poll(() => observer.keys("order:*"), { timeout: 5000 }).toHaveLength(accepted);
  await expect.poll(() => observer.lLen("bull:orders:wait"), { timeout: 5000 }).toBe(accepted);
});
