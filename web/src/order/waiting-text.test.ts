import { expect, it } from "vitest";
import type { Order, OrderAttempt } from "../api/types.ts";
import { timeText } from "./texts.ts";
import { waitingText } from "./waiting-text.ts";

const attempt = (outcome: OrderAttempt["outcome"], reason: OrderAttempt["reason"] = null): OrderAttempt => ({
  ...{ attempt: 1, worker: "ocr-worker-1", started_at: "", ended_at: "", outcome, reason },
});
const full = attempt("failed", { code: "storage_full", message: "There is no room." });
const next = { position: 1, waits_for: "worker" } as const;
const paused = {
  position: 1,
  waits_for: "next_attempt",
  next_attempt_at: "2026-11-27T12:00:00.000Z",
} as const;
const reading = { status: "recognizing", progress: { page: 2, pages: 9 } } as const;

const order = ({ attempts, ...parts }: Partial<Order>) =>
  waitingText(
    {
      ...{ status: "queued", position: null, expected_seconds: null, progress: null },
      ...{ waits_for: null, next_attempt_at: null, ...parts },
    },
    attempts,
  );

it.each<[string, Partial<Order>]>([
  ["Next in the queue", next],
  [
    "Number 12 in the queue, about 1 min 30 s",
    { position: 12, waits_for: "earlier_orders", expected_seconds: 90 },
  ],
  ["Waits because no worker is running", { position: 12, waits_for: "workers", expected_seconds: 90 }],
  ["Waits until the server's disk has room again", { position: 12, waits_for: "room" }],
  [`Is tried again at ${timeText(paused.next_attempt_at)}`, paused],
  ["The last worker was lost. Next in the queue", { ...next, attempts: [attempt("lost")] }],
  [
    `There is no room. Is tried again at ${timeText(paused.next_attempt_at)}`,
    { ...paused, attempts: [full] },
  ],
  ["Waits for a worker", {}],
  ["A worker fetches the document", { status: "fetching" }],
  ["2 of 9 pages are read", reading],
  ["2 of 9 pages are read. Waits because no worker is running", { ...reading, waits_for: "workers" }],
  ["A worker reads the document", { status: "recognizing" }],
])("says: %s", (text, parts) => {
  expect(order(parts)).toBe(text);
});
