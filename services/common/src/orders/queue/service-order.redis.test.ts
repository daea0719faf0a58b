import fc from "fast-check";
import { expect, test } from "vitest";
import { orderServices } from "../../../../../tests/redis/redis-database.ts";
import { accepted } from "../../../../../tests/redis/sample-order.ts";
import { recordKey, usersKey } from "../order-keys.ts";
import type { QueueItem } from "./order-queue.ts";
import { ServiceOrder, type WaitingItem } from "./service-order.ts";

const { redis, queue, store, attempts } = orderServices();

/** An order of a document with this number of pages, or a worker that takes the next item. */
type Step = { user: number; pages: number } | "take";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ user: fc.constantFrom(1, 1, 2, 10), pages: fc.constantFrom(1, 1, 2, 5, 120, 150) }),
  fc.constant<Step>("take"),
  fc.constant<Step>("take"),
);

/** Claims the item, and inspects or ends its order. Returns the number of pages that were found, if any. */
async function work(item: QueueItem, pages: number): Promise<number | undefined> {
  const { attempt } = item;
  if (attempt === undefined) {
    const claim = await attempts.claim(item, "worker");
    if (claim.state !== "claimed") throw new Error(claim.state);
    await attempts.recognizing(claim.order, pages);
    if (pages === 1) await attempts.complete(claim.order);
    return pages;
  }
  const claim = await attempts.claimPage({ ...item, attempt }, "worker");
  if (claim.state !== "claimed") throw new Error(claim.state);
  await attempts.endPage(claim.page, "read");
  return undefined;
}

test("the queue serves users and orders as the order of service says", async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
    await redis.flushDb();
    const model = new ServiceOrder();
    const items = new Map<string, WaitingItem & { pages: number }>();
    for (const next of steps) {
      if (next !== "take") {
        const { order_id } = await accepted(store, { user_id: next.user });
        const [queuedMs, turn] = (await redis.hmGet(recordKey(order_id), ["queued_ms", "turn"])).map(Number);
        const place = { queuedMs: queuedMs ?? 0, turn: turn ?? 0, pagesLeft: null };
        const item = { id: order_id, user: String(next.user), ...place, pages: next.pages };
        items.set(order_id, item);
        model.add(item);
        continue;
      }
      const expected = model.take();
      const found = await queue.next("worker", "archive");
      if (found.do !== "claim") {
        expect(expected).toBeUndefined();
        continue;
      }
      expect(found.item.order_id).toBe(expected?.id);
      const item = items.get(found.item.order_id);
      if (!item) throw new Error("an unknown order");
      const pages = await work(found.item, item.pages);
      if (pages === undefined || pages === 1) continue;
      // Inspecting a document counts as no page.
      model.times.set(item.user, (model.times.get(item.user) ?? 0) - 1);
      model.add({ ...item, pagesLeft: pages });
      const times = (await redis.zRangeWithScores(usersKey, 0, -1)).map(({ value, score }) => [value, score]);
      expect(new Map(times as [string, number][])).toEqual(model.times);
    }
  });
  await fc.assert(property, { numRuns: 40 });
});
