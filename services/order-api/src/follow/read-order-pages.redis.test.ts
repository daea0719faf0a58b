import { afterAll, expect, test } from "vitest";
import {
  alice,
  bob,
  codeOf,
  folders,
  lease,
  openOrderApi,
  orderIdOf,
} from "../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { claimed, claimedPages } from "../../../../tests/redis/sample-order.ts";

const services = orderServices(redisDatabase(), folders.resultsFolder);
const { attempts, archive } = services;
const api = openOrderApi(redisDatabase());
afterAll(() => api.close());

const ordered = async () => orderIdOf(await api.as(alice).post("/orders", lease));
const pagesOf = async (id: string, as = alice) => api.as(as).get(`/orders/${id}/pages`);

test("each page that ended has its worker, its times and the reason of its failure", async () => {
  const id = await ordered();
  expect(await (await pagesOf(id)).json()).toEqual({ pages: [] });
  await attempts.recognizing(await claimed(services, id), 3);
  const page = await claimedPages(services, id, ["worker-1", "worker-2", "worker-1"]);
  const reason = { code: "page_damaged", message: "broken" };
  await attempts.endPage(page(2), "failed", reason);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  const reading = (worker: string) => ({ worker, started_at: time, ended_at: time, attempts: 1 });
  const second = { page: 2, outcome: "failed", reason, reading: reading("worker-2") };
  expect(await (await pagesOf(id)).json()).toEqual({ pages: [second] });
  await attempts.endPage(page(1), "failed", reason);
  await attempts.endPage(page(3), "failed", reason);
  const all = [1, 2, 3].map((number) => ({
    ...second,
    ...{ page: number, reading: reading(number === 2 ? "worker-2" : "worker-1") },
  }));
  expect(await (await pagesOf(id)).json()).toEqual({ pages: all });
  expect(await archive.archive(id)).toBe("archived");
  expect(await (await pagesOf(id)).json()).toEqual({ pages: all });
});

test("another user's order has no pages", async () => {
  const id = await ordered();
  expect(await codeOf(await pagesOf(id, bob))).toEqual([404, "order_not_found"]);
});
