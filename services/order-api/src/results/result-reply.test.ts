import { randomUUID } from "node:crypto";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { expect, test } from "vitest";
import { pageNotFound, resultRef } from "./result-reply.ts";

const order: OrderRecord = {
  ...{ order_id: randomUUID(), user_id: 1, request_id: "request", status: "completed" },
  ...{ title_number: "OW12345678", document_type: "lease" },
  ...{ run: 1, attempt: 1, failures: 0, turn: 1, created_ms: 0 },
};

test.each([
  ["The document has no text.", "The order failed. The document has no text."],
  [undefined, "The order failed."],
])("a failed order with the reason %s has no result", (reason_message, detail) => {
  const failed: OrderRecord = { ...order, status: "failed", ...(reason_message && { reason_message }) };
  expect(() => resultRef(failed)).toThrow(new RegExp(`^${detail}$`));
});

test("a cancelled order has no result", () => {
  expect(() => resultRef({ ...order, status: "cancelled" })).toThrow(
    /^The order was cancelled, so it has no result\.$/,
  );
});

test.each([
  [2, 1, "Page 2 has no result. The document has 1 page."],
  [4, 3, "Page 4 has no result. The document has 3 pages."],
  [0, 3, "This page has no result. The document has 3 pages."],
  [3, 3, "Page 3 has no result. It could not be read: the order's `pages_failed` says why."],
])("page %i of %i without a picture is explained", (page, result_pages, detail) => {
  expect(pageNotFound({ ...order, result_pages }, page).message).toBe(detail);
});
