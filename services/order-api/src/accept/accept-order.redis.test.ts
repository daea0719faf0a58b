import { delayedKey, leasesKey, waitingKey } from "@orbital-witness/common/orders/order-keys.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  alice,
  lease,
  type OrderApi,
  openOrderApi,
  orderIdOf,
} from "../../../../tests/order-api/order-api.ts";
import { type RedisContainer, startRedisContainer } from "../../../../tests/redis/redis-container.ts";
import { silentLog } from "../../../../tests/redis/redis-database.ts";
import { waitingItems } from "../../../../tests/redis/sample-order.ts";

/** These tests stop, pause and fill Redis, so they use their own. */
let container: RedisContainer;
let api: OrderApi;
/** A second connection, to read what Redis really holds. */
let observer: ReturnType<typeof openRedis>;

beforeAll(async () => {
  container = await startRedisContainer();
  api = openOrderApi(container.url);
  observer = openRedis(container.url, silentLog, "wait");
});
afterAll(async () => {
  await api.close();
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

async function order(headers: Record<string, string> = {}) {
  const started = performance.now();
  const response = await api.as(alice, headers).post("/orders", lease);
  return { status: response.status, response, ms: performance.now() - started };
}

/** Everything an order could have left behind: its keys, and its places in lists and in the queue. */
async function traces(): Promise<string[]> {
  const keys = await observer.keys("*");
  const lists = await Promise.all(
    ["user:1:orders", waitingKey, delayedKey, leasesKey].map((key) => observer.zRange(key, 0, -1)),
  );
  return [...keys, ...lists.flat()].filter((name) => /[0-9a-f]{8}-[0-9a-f]{4}-/.test(name));
}

/** The keys of all order records. */
async function records(): Promise<string[]> {
  return (await observer.keys("order:*")).filter((key) => key.split(":").length === 2);
}

/** The number of orders that wait for a worker. */
async function waiting(): Promise<number> {
  return observer.zCard(waitingKey);
}

/** Pauses Redis just before the command is sent. Redis runs it late, when it continues. */
function stallAtAccept(api: OrderApi): void {
  const accept = api.store.accept;
  Object.defineProperty(api.store, "accept", {
    configurable: true,
    value: async (...args: never[]) => {
      await container.pause();
      return Reflect.apply(accept, api.store, args);
    },
  });
}

/** Loses the answers of Redis. */
function loseAnswersOfAccept(api: OrderApi): void {
  const accept = api.store.accept;
  Object.defineProperty(api.store, "accept", {
    configurable: true,
    value: async (...args: never[]) => {
      await Reflect.apply(accept, api.store, args);
      throw new Error("connection lost");
    },
  });
}

function restoreAccept(api: OrderApi): void {
  Reflect.deleteProperty(api.store, "accept");
}

test("after a 202 the order is in Redis and in the queue", async () => {
  const { response } = await order();
  const body = await response.clone().json();
  const order_id = await orderIdOf(response);
  expect(body).toEqual({ order_id, user_id: 1, ...lease, status: "queued" });
  expect(response.headers.get("Location")).toBe(`/orders/${order_id}`);
  expect(await traces()).toEqual(expect.arrayContaining([`order:${order_id}`, order_id]));
  expect(await waitingItems(observer, order_id)).toMatchObject([{ order_id, run: 1 }]);
});

test("a crash of Redis right after the 202 loses nothing", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => order()));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
  await container.kill();
  await container.start();
  await ready();
  expect(await records()).toHaveLength(50);
  expect(await waiting()).toBe(50);
});

test("Redis paused: 503 within 2 s, and no order after it continues", async () => {
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

test("Redis paused while an order is sent: no order remains, with or without a key", async () => {
  stallAtAccept(api);
  const { status, ms } = await order();
  await container.unpause();
  await ready();
  const keyed = await order({ "Idempotency-Key": "stalled" });
  restoreAccept(api);
  await container.unpause();
  for (const answer of [{ status, ms }, keyed]) {
    expect(answer.status).toBe(503);
    expect(answer.ms).toBeLessThan(2000);
  }
  await ready();
  await expect.poll(traces).toEqual([]);
});

test("an order whose answer was lost is revoked, with its place in the queue", async () => {
  loseAnswersOfAccept(api);
  const { status } = await order();
  restoreAccept(api);
  expect(status).toBe(503);
  await expect.poll(traces).toEqual([]);
});

test("an order with a key whose answer was lost is kept, and the same request finds it", async () => {
  loseAnswersOfAccept(api);
  const lost = await order({ "Idempotency-Key": "k1" });
  restoreAccept(api);
  expect(lost.status).toBe(503);
  const found = await order({ "Idempotency-Key": "k1" });
  expect(found.response.headers.get("Idempotent-Replayed")).toBe("true");
  const orderId = await orderIdOf(found.response);
  expect(await records()).toEqual([`order:${orderId}`]);
  expect(await waiting()).toBe(1);
});

test("an order that arrives after the first revocation is revoked after its deadline", async () => {
  const accept = api.store.accept;
  let late: Promise<unknown> = Promise.resolve();
  Object.defineProperty(api.store, "accept", {
    configurable: true,
    value: async (...args: never[]) => {
      late = new Promise((resolve) => setTimeout(resolve, 600)).then(() =>
        Reflect.apply(accept, api.store, args),
      );
      throw new Error("connection lost");
    },
  });
  const { status } = await order();
  restoreAccept(api);
  expect(status).toBe(503);
  expect(await late).toMatchObject({ outcome: "accepted" });
  expect(await records()).toHaveLength(1);
  await expect.poll(traces, { timeout: 5000 }).toEqual([]);
});

test("503 within 2 s while Redis is away, and 202 once it is back, without a restart", async () => {
  await container.kill();
  await expect.poll(async () => (await order()).status).toBe(503);
  const { ms } = await order();
  expect(ms).toBeLessThan(2000);
  await container.start();
  await ready();
  expect((await order()).status).toBe(202);
  await expect.poll(records).toHaveLength(1);
});

test("every order is 202 or 503 while connections to Redis are cut", async () => {
  const statuses: number[] = [];
  for (let round = 0; round < 5; round++) {
    const answers = Array.from({ length: 40 }, () => order());
    await new Promise((resolve) => setTimeout(resolve, 10 * round));
    // The last round has no cut, so all its orders must be accepted.
    if (round < 4) await observer.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    for (const { status } of await Promise.all(answers)) statuses.push(status);
    await ready();
  }
  const accepted = statuses.filter((status) => status === 202).length;
  expect(accepted).toBeGreaterThanOrEqual(40);
  expect(statuses.filter((status) => status === 503)).toHaveLength(200 - accepted);
  await expect.poll(records, { timeout: 5000 }).toHaveLength(accepted);
  expect(await waiting()).toBe(accepted);
});

test("a full Redis rejects orders and retries with advice, and accepts them once there is room", async () => {
  const failed = await orderIdOf((await order()).response);
  await observer.hSet(`order:${failed}`, "status", "failed");
  const { maxmemory = "" } = await observer.configGet("maxmemory");
  // Orders at once, before the service checks the memory again, so that Redis itself refuses.
  await observer.configSet("maxmemory", "1000000");
  const refused = [(await order()).response, await api.as(alice).post(`/orders/${failed}/retry`)];
  for (const response of refused) {
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("60");
    expect(await response.json()).toMatchObject({
      code: "store_full",
      detail: expect.stringContaining("resultDays"),
    });
  }
  expect((await api.as(alice).get(`/orders/${failed}`)).status).toBe(200);
  await observer.configSet("maxmemory", maxmemory);
  await expect.poll(async () => (await order()).status, { timeout: 5000 }).toBe(202);
});

test("orders are refused before the results' file system is full", async () => {
  let free = 0;
  const other = openOrderApi(container.url, { freeBytes: async () => free });
  const place = () => other.as(alice).post("/orders", lease);
  try {
    const refused = { status: 503, code: "store_full" };
    await expect.poll(async () => (await place()).json(), { timeout: 5000 }).toMatchObject(refused);
    free = 2 ** 40;
    await expect.poll(async () => (await place()).status, { timeout: 5000 }).toBe(202);
  } finally {
    await other.close();
  }
});

test("orders are refused before Redis is full", async () => {
  const { maxmemory = "" } = await observer.configGet("maxmemory");
  const used = Number(/^used_memory:(\d+)/m.exec(await observer.info("memory"))?.[1]);
  await observer.configSet("maxmemory", String(Math.ceil(used * 1.1)));
  await expect.poll(async () => (await order()).status, { timeout: 5000 }).toBe(503);
  await observer.set("still", "writes");
  const before = (await records()).length;
  expect((await order()).status).toBe(503);
  expect(await records()).toHaveLength(before);
  await observer.configSet("maxmemory", maxmemory);
  await expect.poll(async () => (await order()).status, { timeout: 5000 }).toBe(202);
});
