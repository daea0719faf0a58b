import { expect, test } from "vitest";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import { accepted, claimed, claimedPages, sampleOrder } from "../../../../../tests/redis/sample-order.ts";
import { recordKey } from "../order-keys.ts";

const services = orderServices();
const { redis, store, attempts, archive, queue } = services;
const damaged = { code: "page_damaged", message: "The page is damaged." };

async function listed(userId: number, ids: readonly string[]) {
  const { orders } = await store.listed(userId, ids);
  return orders.map((order) => {
    if (typeof order !== "object") return order;
    const { record, pages, failedPages, wait } = order;
    return [record.status, pages, failedPages, wait?.ahead];
  });
}

test("a list shows the pages of orders and what is before them, as each order alone does", async () => {
  await redis.flushDb();
  const first = await accepted(store);
  const { user_id } = first;
  const ids = [first.order_id];
  for (let count = 0; count < 4; count++) ids.push((await accepted(store, { user_id })).order_id);
  const other = await accepted(store);
  await accepted(store, { user_id: other.user_id });
  const [large = "", broken = "", fetching = "", waiting = "", last = ""] = ids;
  await attempts.recognizing(await claimed(services, large), 3);
  const page = await claimedPages(services, large, ["worker-1", "worker-2"]);
  await attempts.endPage(page(1), "failed", damaged);
  const single = await claimed(services, broken);
  await attempts.recognizing(single, 1);
  await attempts.fail(single, damaged);
  await claimed(services, fetching);
  const unknown = sampleOrder().order_id;
  const expected = [
    ["recognizing", 3, 1, undefined],
    ["failed", 1, 0, undefined],
    ["fetching", undefined, 0, undefined],
    ["queued", undefined, 0, 3],
    ["queued", undefined, 0, 4],
    undefined,
  ];
  expect(await listed(user_id, [...ids, unknown])).toEqual(expected);
  const ahead = (id: string) => store.overview(id).then((found) => found?.ahead);
  expect(await Promise.all([ahead(waiting), ahead(last)])).toEqual([3, 4]);
  await archive.archive(broken);
  expect(await redis.exists(recordKey(broken))).toBe(0);
  expect(await listed(user_id, [...ids, unknown])).toEqual(expected);
});

test("an order after a fault shows when its next attempt begins", async () => {
  await redis.flushDb();
  await queue.next("worker-1", "archive");
  const { order_id, user_id } = await accepted(store);
  const before = Date.now();
  await attempts.release(await claimed(services, order_id), "failed", damaged, { delayMs: 60_000 });
  const { orders, pace } = await store.listed(user_id, [order_id]);
  expect(orders).toMatchObject([{ wait: { ahead: 0, nextAttemptMs: expect.any(Number) } }]);
  const overview = await store.overview(order_id);
  expect(orders).toMatchObject([{ wait: { nextAttemptMs: overview?.nextAttemptMs } }]);
  expect((overview?.nextAttemptMs ?? 0) - before).toBeGreaterThanOrEqual(60_000);
  expect((overview?.nextAttemptMs ?? 0) - before).toBeLessThan(70_000);
  expect(pace).toEqual(await store.pace());
  expect(pace).toMatchObject({ workers: 1 });
});

test("an order keeps its number of pages between the attempts of a run, not between runs", async () => {
  const { order_id, user_id } = await accepted(store);
  const large = await claimed(services, order_id);
  await attempts.recognizing(large, 1);
  await attempts.release(large, "handed_back");
  expect(await listed(user_id, [order_id])).toMatchObject([["queued", 1, 0, expect.any(Number)]]);
  await attempts.fail(await claimed(services, order_id), damaged);
  await store.retry(order_id);
  expect(await listed(user_id, [order_id])).toMatchObject([["queued", undefined, 0, expect.any(Number)]]);
});

test("one order that cannot be read does not hide the others", async () => {
  const { order_id, user_id } = await accepted(store);
  const other = await accepted(store, { user_id });
  await redis.hSet(recordKey(order_id), "status", "eaten");
  expect(await listed(user_id, [order_id, other.order_id])).toMatchObject([
    "unreadable",
    ["queued", undefined, 0, expect.any(Number)],
  ]);
});
