import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { OrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { openOrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis-connection.ts";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type RedisContainer, startRedisContainer } from "../../../tests/redis/redis-container.ts";
import { silentLog } from "../../../tests/redis/redis-database.ts";
import { DocumentSource } from "./document-source.ts";
import { OrderWorker } from "./order-worker.ts";
import { Recognizer } from "./recognizer.ts";

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="120"><rect width="100%" height="100%" fill="white"/>
  <text x="40" y="75" font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="40">This lease is dated</text></svg>`;
const lease = await sharp(Buffer.from(svg)).withMetadata({ density: 300 }).png().toBuffer();

/** What the source answers, by document type; a function decides at each request. */
type Answer = { status: number; body: Buffer | string };
const answers: Record<string, () => Answer | Promise<Answer>> = {
  lease: () => ({ status: 200, body: lease }),
  deed: () => ({ status: 404, body: "" }),
  charge: () => ({ status: 200, body: "<html>Not found</html>" }),
  conveyance: () => pause(500, { status: 200, body: lease }),
};
const requestIds = new Set<unknown>();
const server = createServer(async (request, response) => {
  requestIds.add(request.headers["x-request-id"]);
  const type = /\/(\w+)\.png$/.exec(request.url ?? "")?.[1] ?? "";
  const { status, body } = (await answers[type]?.()) ?? { status: 404, body: "" };
  response.writeHead(status).end(body);
});

let container: RedisContainer;
let redis: ReturnType<typeof openRedis>;
let queue: OrderQueue;
let store: OrderStore;
const recognizer = new Recognizer(silentLog);
let source: DocumentSource;
const open: (() => Promise<void>)[] = [];

beforeAll(async () => {
  container = await startRedisContainer();
  redis = openRedis(container.url, silentLog, "wait");
  queue = openOrderQueue(redis);
  store = new OrderStore(redis);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  source = new DocumentSource(`http://127.0.0.1:${address.port}`, 2000);
});
afterAll(async () => {
  await stopWorkers();
  await recognizer.close();
  await queue.close();
  await closeRedis(redis);
  await container.remove();
  server.close();
});
beforeEach(async () => {
  await stopWorkers();
  await redis.flushAll();
});

function startWorker() {
  const connection = openRedis(container.url, silentLog, "wait");
  const worker = new OrderWorker(
    connection,
    { store: new OrderStore(connection), source, recognizer },
    silentLog,
  );
  open.push(async () => {
    await worker.close();
    await closeRedis(connection);
  });
  return worker;
}

async function stopWorkers() {
  await Promise.all(open.splice(0).map((close) => close()));
}

async function order(
  document_type: "lease" | "deed" | "charge" | "transfer" | "conveyance",
  confirmed = true,
): Promise<string> {
  const order_id = randomUUID();
  const created_at = new Date().toISOString();
  const request = { title_number: "OW12345678", document_type, user_id: 1, request_id: "from-the-router" };
  await redis.ping();
  expect(await store.create({ order_id, created_at, ...request }, Date.now() + 500)).toBe("created");
  await queue.add("order", { order_id, request_id: request.request_id }, { jobId: order_id });
  if (confirmed) expect(await store.confirm(order_id)).toBe("queued");
  return order_id;
}

/** The order's record once it ended. */
async function ended(orderId: string) {
  const status = async () => (await store.find(orderId))?.status;
  await expect.poll(status, { timeout: 20_000 }).toMatch(/completed|failed/);
  return store.find(orderId);
}

test("orders end as text or with a reason, in the same process, and leave no job", async () => {
  startWorker();
  const [good, missing, page, again] = [
    await order("lease"),
    await order("deed"),
    await order("charge"),
    await order("lease"),
  ];
  expect(await ended(missing)).toMatchObject({ status: "failed", reason_code: "document_not_found" });
  expect(await ended(page)).toMatchObject({ status: "failed", reason_code: "unsupported_format" });
  for (const id of [good, again]) {
    expect(await ended(id)).toMatchObject({ status: "completed", started_at: expect.any(String) });
    expect(await store.text(id)).toBe("This lease is dated");
  }
  expect(requestIds).toEqual(new Set(["from-the-router"]));
  await expect.poll(() => redis.keys("bull:orders:*-*-*-*-*")).toEqual([]);
});

test("an order that was not confirmed never runs, and the next one does", async () => {
  const unconfirmed = await order("lease", false);
  const next = await order("lease");
  startWorker();
  expect(await ended(next)).toMatchObject({ status: "completed" });
  expect(await redis.exists(`order:${unconfirmed}`)).toBe(0);
});

test("an order that a worker finds before its confirmation runs after it", async () => {
  startWorker();
  const id = await order("lease", false);
  await pause(100);
  expect(await store.confirm(id)).toBe("queued");
  expect(await ended(id)).toMatchObject({ status: "completed" });
});

test("a source that is down is tried again, three times and no more", async () => {
  let requests = 0;
  let downs = 2;
  answers.transfer = () => (requests++ < downs ? { status: 503, body: "" } : { status: 200, body: lease });
  startWorker();
  expect(await ended(await order("transfer"))).toMatchObject({ status: "completed" });
  expect(requests).toBe(3);
  requests = 0;
  downs = 100;
  expect(await ended(await order("transfer"))).toMatchObject({
    status: "failed",
    reason_code: "source_unavailable",
  });
  expect(requests).toBe(3);
});

test("an order that the queue gave up ends too", async () => {
  const order_id = await order("lease");
  await queue.remove(order_id);
  // No worker can read this job, so no attempt gets as far as the order.
  await Reflect.apply(queue.add, queue, ["order", { order_id }, { jobId: order_id, attempts: 1 }]);
  startWorker();
  expect(await ended(order_id)).toMatchObject({ status: "failed", reason_code: "internal_error" });
});

test("the order of a worker that died is run by another", async () => {
  const id = await order("lease");
  // What a killed worker leaves: the claimed order, and its job in the active list without a lock.
  await store.claim(id, new Date().toISOString(), { code: "", message: "" });
  await redis.lRem("bull:orders:wait", 0, id);
  await redis.lPush("bull:orders:active", id);
  startWorker();
  expect(await ended(id)).toMatchObject({ status: "completed" });
});

test("an order whose result finds no room in Redis waits, and ends when there is room", async () => {
  const { maxmemory = "" } = await redis.configGet("maxmemory");
  startWorker();
  const id = await order("conveyance");
  await expect.poll(async () => (await store.find(id))?.status).toBe("processing");
  try {
    await redis.configSet("maxmemory", "1");
    // Longer than the queue's three attempts take.
    await pause(8000);
  } finally {
    await redis.configSet("maxmemory", maxmemory);
  }
  expect(await ended(id)).toMatchObject({ status: "completed" });
}, 60_000);

test("closing finishes the order at hand and takes no other", async () => {
  const worker = startWorker();
  const ids = [await order("conveyance"), await order("lease"), await order("lease")];
  await expect.poll(async () => (await store.find(ids[0] ?? ""))?.status).toBe("processing");
  await worker.close();
  const statuses = await Promise.all(ids.map(async (id) => (await store.find(id))?.status));
  expect(statuses).toEqual(["completed", "queued", "queued"]);
  await expect(worker.running()).rejects.toThrow();
});

test("after Redis was away the worker takes up work again by itself", async () => {
  const worker = startWorker();
  expect(await ended(await order("lease"))).toMatchObject({ status: "completed" });
  await container.kill();
  await pause(3000);
  await container.start();
  expect(await ended(await order("lease"))).toMatchObject({ status: "completed" });
  await worker.running();
}, 60_000);
