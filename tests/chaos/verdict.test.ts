import { expect, test } from "vitest";
import type { PlannedOrder } from "./plan.ts";
import { type FinalOrder, type LedgerEntry, violations } from "./verdict.ts";

const text = "This lease is dated";
const order: PlannedOrder = {
  titleNumber: "OW10000000",
  document: "good",
  isUpload: false,
  key: undefined,
  atMs: 0,
  cancelAfterMs: undefined,
};
const accepted: LedgerEntry = {
  order,
  placement: { outcome: "accepted", orderId: "a" },
  cancellation: undefined,
};
const completed: FinalOrder = {
  orderId: "a",
  titleNumber: "OW10000000",
  status: "completed",
  reasonCode: undefined,
  history: ["queued", "fetching", "recognizing", "completed"],
  text,
};
const failed: FinalOrder = {
  ...completed,
  status: "failed",
  reasonCode: "source_unavailable",
  history: ["queued", "fetching", "failed"],
  text: undefined,
};

test.each<[string, LedgerEntry, FinalOrder[]]>([
  ["an order that was completed", accepted, [completed]],
  ["one that a fault failed", accepted, [failed]],
  [
    "one whose document is missing",
    { ...accepted, order: { ...order, document: "missing" } },
    [{ ...failed, reasonCode: "document_not_found" }],
  ],
  ["one that was refused and does not exist", { ...accepted, placement: { outcome: "refused" } }, []],
  [
    "one whose answer was cut off, and that exists",
    { ...accepted, placement: { outcome: "unknown" } },
    [completed],
  ],
  ["one whose answer was cut off, and is missing", { ...accepted, placement: { outcome: "unknown" } }, []],
  [
    "one that was cancelled",
    { ...accepted, cancellation: "cancelled" },
    [{ ...completed, status: "cancelled", history: ["queued", "cancelled"], text: undefined }],
  ],
  ["one whose cancellation came too late", { ...accepted, cancellation: "refused" }, [completed]],
])("%s keeps the promise", (_, entry, finals) => {
  expect(violations([entry], finals, { good: text })).toEqual([]);
});

test.each<[string, LedgerEntry, FinalOrder[]]>([
  ["but is gone", accepted, []],
  ["became 2 orders", accepted, [completed, { ...completed, orderId: "b" }]],
  ["but is b", accepted, [{ ...completed, orderId: "b" }]],
  ["was refused, but exists", { ...accepted, placement: { outcome: "refused" } }, [completed]],
  ["has not ended", accepted, [{ ...completed, status: "recognizing" }]],
  [
    "ended as completed, completed",
    accepted,
    [{ ...completed, history: [...completed.history, "completed"] }],
  ],
  ["ended as nothing", accepted, [{ ...completed, history: ["queued"] }]],
  ["was cancelled, but is completed", { ...accepted, cancellation: "cancelled" }, [completed]],
  [
    "but by nobody",
    accepted,
    [{ ...completed, status: "cancelled", history: ["queued", "cancelled"], text: undefined }],
  ],
  ['has the text "another"', accepted, [{ ...completed, text: "another" }]],
  ["its document is broken", { ...accepted, order: { ...order, document: "broken" } }, [completed]],
  ['failed with "document_not_found"', accepted, [{ ...failed, reasonCode: "document_not_found" }]],
  ["nobody ordered it", accepted, [completed, { ...completed, titleNumber: "OW99999999" }]],
])("an order that %s breaks the promise", (complaint, entry, finals) => {
  const found = violations([entry], finals, { good: text });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(complaint);
});
