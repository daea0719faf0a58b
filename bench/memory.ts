import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { unindexedKey } from "@orbital-witness/common/orders/order-keys.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import {
  closeRedis,
  openRedis,
  type RedisConnection,
} from "@orbital-witness/common/redis/redis-connection.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { startRedisContainer } from "../tests/redis/redis-container.ts";
import { silentLog } from "../tests/redis/redis-database.ts";
import { accepted, claimed, claimedPage } from "../tests/redis/sample-order.ts";
import { printTable } from "./figures.ts";

const { values } = parseArgs({ options: { orders: { type: "string", default: "100000" } } });
const orders = Number(values.orders);
const users = 10;
const atOnce = 100;
/** Every tenth document has so many pages; the others have one. */
const longPages = 10;

/**
 * `npm run bench:memory`: the bytes that an order takes of Redis' memory after its end, and after it was
 * archived. `-- --orders <n>` changes the number of orders.
 */
const container = await startRedisContainer();
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-memory-"));
try {
  const redis = openRedis(container.url, silentLog, "wait");
  if (!redis.isReady) await once(redis, "ready");
  // The bench measures memory, and not the disk.
  await redis.configSet({ appendfsync: "no", maxmemory: "0" });
  await measure(redis);
  await closeRedis(redis);
} finally {
  await container.remove();
  await rm(folder, { recursive: true });
}

async function measure(redis: RedisConnection): Promise<void> {
  const results = openResultStore({ folder });
  const store = new OrderStore(redis, results, 7 * 86_400);
  const attempts = new OrderAttempts(redis);
  const archive = new OrderArchive(redis, store, results);
  const services = { redis, attempts };
  const rows: Record<string, string>[] = [];
  // Redis keeps the scripts that the first order needs.
  await readAll(await place(1));
  await redis.flushAll("SYNC");
  const empty = await usedMemory(redis);
  const note = async (state: string) => {
    const bytes = (await usedMemory(redis)) - empty;
    rows.push({ "an order that": state, "bytes of Redis' memory": String(Math.round(bytes / orders)) });
  };
  // One batch waits at a time, because the next one finds its item among all that wait.
  for (let done = 0; done < orders; done += atOnce) await readAll(await place(atOnce));
  // The search index takes the completed orders from this list.
  await redis.del(unindexedKey);
  await note("ended, and is not archived yet");
  const ids: string[] = [];
  for await (const id of store.lists.all()) ids.push(id);
  for (let from = 0; from < orders; from += atOnce)
    await Promise.all(ids.slice(from, from + atOnce).map((id) => archive.archive(id)));
  await note("is archived");
  printTable(rows);

  function place(count: number) {
    const place = (_: unknown, index: number) => accepted(store, { user_id: 1 + (index % users) });
    return Promise.all(Array.from({ length: count }, place));
  }

  async function readAll(placed: Awaited<ReturnType<typeof place>>): Promise<void> {
    await Promise.all(placed.map(({ order_id }, index) => read(order_id, index % 10 === 0 ? longPages : 1)));
  }

  async function read(orderId: string, pages: number): Promise<void> {
    const order = await claimed(services, orderId);
    await attempts.recognizing(order, pages);
    if (pages === 1) await attempts.complete(order);
    else
      for (let page = 1; page <= pages; page++)
        await attempts.endPage(await claimedPage(services, orderId), "read");
  }
}

async function usedMemory(redis: RedisConnection): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
}
