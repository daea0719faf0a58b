import { describe, expect, it } from "vitest";
import type { OrderList, OrderSummary } from "../../api/types.ts";
import {
  type OrderWindow,
  orderAt,
  partSize,
  partsOf,
  rowOf,
  withAnswers,
  withOrder,
} from "./order-window.ts";
import { allSelected, someSelected } from "./selection.ts";

function order(number: number, status: OrderSummary["status"] = "queued"): OrderSummary {
  return {
    ...{ order_id: `order-${number}`, user_id: 1, status, links: { events: "" }, created_at: "" },
    ...{ title_number: "OW1", document_type: "lease", file_name: null, progress: null, reason: null },
    ...{ pages: null, pages_failed_count: 0, position: null, expected_seconds: null, waits_for: null },
    ...{ next_attempt_at: null, started_at: null, finished_at: null },
  };
}
const counts = { queued: 90, fetching: 1, recognizing: 2, completed: 20, failed: 7, cancelled: 0 };
const total = 120;

/** The answer for a part of a list of 120 orders. */
function answer(part: number, change: (order: OrderSummary) => OrderSummary = (same) => same): OrderList {
  const length = Math.max(0, Math.min(partSize, total - part * partSize));
  const orders = Array.from({ length }, (_, index) => change(order(part * partSize + index)));
  return { orders, next: (part + 1) * partSize < total ? "c" : null, counts, total };
}
const loaded = (window: OrderWindow | undefined, ...parts: number[]): OrderWindow => {
  const found = withAnswers(window, new Map(parts.map((part) => [part, answer(part)])), false);
  if (!found) throw new Error("nothing was loaded");
  return found;
};

describe("a window of a long list", () => {
  it("has the orders of the loaded parts at their rows", () => {
    const window = loaded(loaded(undefined, 0), 2);
    expect([window.total, window.counts]).toEqual([total, counts]);
    expect([0, 49, 50, 100, 119].map((row) => orderAt(window, row)?.order_id)).toEqual([
      ...["order-0", "order-49", undefined, "order-100", "order-119"],
    ]);
    expect([rowOf(window, "order-119"), rowOf(window, "order-50")]).toEqual([119, -1]);
  });

  it.each([
    [0, 0, [0]],
    [0, 50, [0]],
    [49, 51, [0, 1]],
    [100, 120, [2]],
  ])("knows which parts have the rows %d to %d", (start, end, parts) => {
    expect(partsOf(start, end)).toEqual(parts);
  });

  it("forgets the parts that were not read again, whose rows may have moved", () => {
    const window = withAnswers(loaded(undefined, 0, 1, 2), new Map([[1, answer(1)]]), true);
    expect([...(window?.parts.keys() ?? [])]).toEqual([1]);
  });

  it("keeps the objects of orders that have not changed", () => {
    const before = loaded(undefined, 0);
    const change = (one: OrderSummary) => (one.order_id === "order-1" ? order(1, "failed") : one);
    const after = withAnswers(before, new Map([[0, answer(0, change)]]), true);
    expect(after && orderAt(after, 0)).toBe(orderAt(before, 0));
    expect(after && orderAt(after, 1)).toMatchObject({ status: "failed" });
  });

  it("leads to the next part if the server does not know the total", () => {
    const unknown = { total: null, counts: null };
    const first = withAnswers(undefined, new Map([[0, { ...answer(0), ...unknown }]]), false);
    expect(first?.total).toBe(partSize + 1);
    expect(withAnswers(first, new Map([[2, { ...answer(2), ...unknown }]]), false)?.total).toBe(total);
  });
});

describe("a changed order", () => {
  const before = loaded(undefined, 0);

  it("is replaced where it is, and the list is still right if its status is the same", () => {
    const waiting = { ...order(3), position: 4 };
    const same = withOrder(before, waiting);
    expect([orderAt(same.window, 3), same.isSettled]).toEqual([waiting, true]);
    const other = withOrder(before, order(3, "completed"));
    expect([orderAt(other.window, 3)?.status, other.isSettled]).toEqual(["completed", false]);
  });

  it("comes to the top of a list of all orders if it is new, and moves the others down by a row", () => {
    const window = loaded(before, 1);
    const fresh = { ...order(-1), created_at: "2026-11-27T14:05:10.000Z" };
    const { window: after, isSettled } = withOrder(window, fresh, true);
    expect([isSettled, after.total, after.counts]).toEqual([true, 121, { ...counts, queued: 91 }]);
    expect([0, 1, 49, 50, 99].map((row) => orderAt(after, row)?.order_id)).toEqual([
      ...["order--1", "order-0", "order-48", "order-49", "order-98"],
    ]);
    expect(withOrder(window, fresh)).toEqual({ window, isSettled: false });
    expect(withOrder(window, order(119), true)).toEqual({ window, isSettled: false });
  });

  it("makes the rows of a part unknown whose part before is not loaded", () => {
    const fresh = { ...order(-1), created_at: "2026-11-27T14:05:10.000Z" };
    const { window } = withOrder(loaded(before, 2), fresh, true);
    expect([...window.parts.keys()]).toEqual([0]);
  });

  it("moves from one count to the other in a list of all orders", () => {
    const { window, isSettled } = withOrder(before, order(3, "completed"), true);
    expect([isSettled, window.counts]).toEqual([true, { ...counts, queued: 89, completed: 21 }]);
  });

  it("that is not loaded may change the list", () => {
    expect(withOrder(before, order(70))).toEqual({ window: before, isSettled: false });
  });
});

describe("a selection", () => {
  it("of orders has those that can be cancelled and retried", () => {
    const orders = [order(1), order(2, "failed"), order(3, "completed"), order(4, "recognizing")];
    expect(someSelected(orders)).toMatchObject({
      ...{ count: 4, cancel: 2, retry: 1, ids: { cancel: ["order-1", "order-4"], retry: ["order-2"] } },
    });
  });

  it("of all orders has those that are not loaded, if the filter has their status", () => {
    expect(allSelected({}, total, counts)).toMatchObject({ count: 120, cancel: 93, retry: 7 });
    expect(allSelected({ status: "failed" }, 7, counts)).toMatchObject({ count: 7, cancel: 0, retry: 7 });
    expect(allSelected({}, 51, null)).toMatchObject({ count: 51, cancel: 0, retry: 0 });
  });

  it("of all orders leaves out those that are not selected any more", () => {
    const except = [order(1), order(2, "failed"), order(3, "completed")];
    expect(allSelected({}, total, counts, except)).toMatchObject({
      ...{ count: 117, cancel: 92, retry: 6, except: ["order-1", "order-2", "order-3"] },
    });
  });
});
