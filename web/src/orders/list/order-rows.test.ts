import { describe, expect, it } from "vitest";
import type { OrderSummary } from "../../api/types.ts";
import { noRows, withChunk, withOrder, withoutOrder } from "./order-rows.ts";

/** An order that was placed in this second. */
function order(second: number, status: OrderSummary["status"] = "queued"): OrderSummary {
  const created_at = new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
  const times = { created_at, started_at: null, finished_at: null };
  return {
    ...{ order_id: `order-${second}`, user_id: 1, status, links: { events: "" }, ...times },
    ...{ title_number: "OW1", document_type: "lease", file_name: null, progress: null, reason: null },
    ...{ pages: null, pages_failed_count: 0, position: null, expected_seconds: null },
    ...{ waits_for: null, next_attempt_at: null },
  };
}
const orders = (...seconds: number[]) => seconds.map((second) => order(second));
const idsOf = (rows: { orders: readonly OrderSummary[] }) => rows.orders.map(({ order_id }) => order_id);
const loaded = { orders: orders(9, 8, 7, 6, 5, 4), next: "c4" };

describe("withChunk", () => {
  it("takes the first answer as it is", () => {
    expect(withChunk(noRows, { cursor: "", orders: orders(3, 2), next: "c2" })).toEqual({
      orders: orders(3, 2),
      next: "c2",
    });
  });

  it("puts new orders at the top and keeps older ones", () => {
    const rows = withChunk(loaded, { cursor: "", orders: orders(10, 9, 8), next: "c8" });
    expect(idsOf(rows)).toEqual([10, 9, 8, 7, 6, 5, 4].map((second) => `order-${second}`));
    expect(rows.next).toBe("c4");
  });

  it("removes an order that the answer covers and does not contain", () => {
    const rows = withChunk(loaded, { cursor: "", orders: orders(9, 7), next: "c7" });
    expect(idsOf(rows)).not.toContain("order-8");
    const middle = withChunk(loaded, { cursor: "c8", orders: orders(7, 5), next: "c5" });
    expect(idsOf(middle)).toEqual(["order-9", "order-8", "order-7", "order-5", "order-4"]);
  });

  it("keeps an order of the same millisecond as the last one of the answer", () => {
    const twin = { ...order(7), order_id: "order-7b" };
    const rows = withChunk(
      { orders: [order(7), twin, order(6)], next: null },
      { cursor: "", orders: [twin], next: "c" },
    );
    expect(idsOf(rows)).toContain("order-7");
  });

  it("removes everything if the whole list is empty", () => {
    expect(withChunk(loaded, { cursor: "", orders: [], next: null })).toEqual({ orders: [], next: null });
  });

  it("appends older orders and follows their cursor", () => {
    const rows = withChunk(loaded, { cursor: "c4", orders: orders(3, 2), next: null });
    expect(idsOf(rows).at(-1)).toBe("order-2");
    expect(rows.next).toBeNull();
  });

  it("begins anew if there are more new orders than the answer holds", () => {
    const rows = withChunk(loaded, { cursor: "", orders: orders(20, 19), next: "c19" });
    expect(rows).toEqual({ orders: orders(20, 19), next: "c19" });
  });

  it("keeps the objects of orders that have not changed", () => {
    const rows = withChunk(loaded, { cursor: "", orders: [order(9), order(8, "completed")], next: "c8" });
    expect(rows.orders[0]).toBe(loaded.orders[0]);
    expect(rows.orders[1]?.status).toBe("completed");
  });
});

describe("withOrder", () => {
  const changed = (second: number): OrderSummary => ({ ...order(second), status: "completed" });

  it("replaces an order at its place", () => {
    const rows = withOrder(loaded, changed(7), true);
    expect(idsOf(rows)).toEqual(idsOf(loaded));
    expect(rows.orders[2]).toMatchObject({ status: "completed" });
  });

  it("puts a new order at the top, and leaves an older one to its part of the list", () => {
    expect(idsOf(withOrder(loaded, order(10), true))).toEqual(["order-10", ...idsOf(loaded)]);
    expect(withOrder(loaded, order(3), true)).toBe(loaded);
    expect(idsOf(withOrder({ ...loaded, next: null }, order(3), true)).at(-1)).toBe("order-3");
  });

  it("removes an order that no longer matches, and one that no longer exists", () => {
    expect(idsOf(withOrder(loaded, changed(7), false))).not.toContain("order-7");
    expect(withOrder(loaded, order(1), false)).toBe(loaded);
    expect(idsOf(withoutOrder(loaded, "order-9"))).toEqual(idsOf(loaded).slice(1));
  });
});
