import { unarchivedKey, unindexedKey } from "@orbital-witness/common/orders/order-keys.ts";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { alice, bob, charlie, codeOf, folders, openOrderApi } from "../../../../tests/order-api/order-api.ts";
import { pageOf } from "../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { accepted, claimed } from "../../../../tests/redis/sample-order.ts";

const services = orderServices(redisDatabase(), folders.resultsFolder);
const { redis, store, queue, attempts, archive, results } = services;
const api = openOrderApi(redisDatabase());
afterAll(() => api.close());
beforeEach(() => redis.flushDb());
// On a busy machine the index and the lists take seconds to start.
beforeAll(async () => {
  for (const path of ["/search?q=ready", "/orders?status=failed"]) {
    await vi.waitFor(async () => expect((await api.as(alice).get(path)).status).toBe(200), 30_000);
  }
});

const remove = (id: string, token = alice) => api.as(token).post(`/orders/${id}/remove`);
const read = async (path: string) => (await api.as(alice).get(path)).json();
const placed = async () => (await accepted(store, { user_id: 1 })).order_id;

/** Archives whatever is due, as a worker does. */
async function archiveDue(): Promise<void> {
  for (const id of await redis.zRange(unarchivedKey, 0, -1)) await archive.archive(id);
}

async function completed(word: string): Promise<string> {
  const id = await placed();
  const order = await claimed(services, id);
  await results.savePage(order, pageOf(1, [[[word]]]), Buffer.from("its image"));
  await attempts.complete(order);
  return id;
}

test("of a removed order nothing is left: no list, no search, no file and no key", async () => {
  const [id, other] = [await completed("chattels"), await completed("chattels")];
  await archiveDue();
  expect(await read("/search?q=chattels")).toMatchObject({ results: [{}, {}] });
  expect((await remove(id)).status).toBe(204);
  expect(await read("/orders")).toMatchObject({ orders: [{ order_id: other }], total: 1 });
  expect(await read("/search?q=chattels")).toMatchObject({ results: [{ order_id: other }] });
  expect(await queue.next("worker-1")).toEqual({ do: "archive", orders: [id] });
  await archiveDue();
  expect(await codeOf(await api.as(alice).get(`/orders/${id}`))).toEqual([404, "order_not_found"]);
  expect(await codeOf(await remove(id))).toEqual([404, "order_not_found"]);
  expect(await results.orders()).toEqual([other]);
  expect(await redis.keys(`order:${id}*`)).toEqual([]);
});

test("an order that is removed before it is indexed does not get into the index", async () => {
  const id = await completed("easement");
  await archiveDue();
  expect((await remove(id)).status).toBe(204);
  expect(await redis.zCard(unindexedKey)).toBe(0);
  expect(await read("/search?q=easement")).toMatchObject({ results: [] });
});

test("an order that waits is cancelled, and removed as soon as a worker archives it", async () => {
  const id = await placed();
  expect(await codeOf(await remove(id))).toEqual([503, "busy"]);
  expect(await read(`/orders/${id}`)).toMatchObject({ status: "cancelled" });
  await archiveDue();
  expect((await remove(id)).status).toBe(204);
  await archiveDue();
  expect(await read("/orders")).toMatchObject({ orders: [], total: 0 });
});

test("nobody removes another user's order, or one without the right to order", async () => {
  const id = await placed();
  expect(await codeOf(await remove(id, bob))).toEqual([404, "order_not_found"]);
  expect(await codeOf(await remove(id, charlie))).toEqual([403, "cannot_order"]);
  expect(await read(`/orders/${id}`)).toMatchObject({ status: "queued" });
});
