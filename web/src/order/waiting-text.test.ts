import { expect, it } from "vitest";
import type { Order, OrderAttempt } from "../api/types.ts";
import { waitingText } from "./waiting-text.ts";

const attempt = (outcome: OrderAttempt["outcome"], reason: OrderAttempt["reason"] = null): OrderAttempt => ({
  ...{ attempt: 1, worker: "ocr-worker-1", started_at: "", ended_at: "", outcome, reason },
});
const full = attempt("failed", { code: "storage_full", message: "There is no room." });
const order = (parts: Partial<Order>) =>
  waitingText({
    ...{ status: "queued", position: null, expected_seconds: null, progress: null, attempts: [], ...parts },
  });

it.each<[string, Partial<Order>]>([
  ["Next in the queue", { position: 1 }],
  ["Number 12 in the queue, about 1 min 30 s", { position: 12, expected_seconds: 90 }],
  ["The last worker was lost. Next in the queue", { position: 1, attempts: [attempt("lost")] }],
  ["There is no room. Next in the queue", { position: 1, attempts: [full] }],
  ["Waits for a worker", {}],
  ["A worker fetches the document, about 3 s", { status: "fetching", position: 1, expected_seconds: 3 }],
  ["2 of 9 pages are read", { status: "recognizing", progress: { page: 2, pages: 9 } }],
  ["A worker reads the document", { status: "recognizing" }],
])("says: %s", (text, parts) => {
  expect(order(parts)).toBe(text);
});
