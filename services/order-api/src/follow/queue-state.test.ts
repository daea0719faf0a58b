import { expect, test } from "vitest";
import { type QueueState, waitView } from "./queue-state.ts";

const now = Date.UTC(2026, 0, 1);
const busy: QueueState = { meanMs: 4000, workers: 2, isRoomShort: false };
const later = now + 60_000;

test.each<[string, Parameters<typeof waitView>[0], Partial<QueueState>]>([
  ["worker", { ahead: 0, nextAttemptMs: undefined }, {}],
  ["earlier_orders", { ahead: 1, nextAttemptMs: undefined }, {}],
  ["next_attempt", { ahead: 1, nextAttemptMs: later }, {}],
  ["worker", { ahead: 0, nextAttemptMs: now }, {}],
  ["room", { ahead: 1, nextAttemptMs: later }, { isRoomShort: true }],
  ["workers", { ahead: 1, nextAttemptMs: later }, { isRoomShort: true, workers: 0 }],
])("waits for %s: %j %j", (reason, wait, queue) => {
  expect(waitView(wait, { ...busy, ...queue }, now).waits_for).toBe(reason);
});

test("the place, the expected time and the next attempt of an order that waits", () => {
  expect(waitView({ ahead: 2, nextAttemptMs: later }, busy, now)).toMatchObject({
    ...{ position: 3, expected_seconds: 6, next_attempt_at: "2026-01-01T00:01:00.000Z" },
  });
  expect(waitView({ ahead: 2, nextAttemptMs: undefined }, { ...busy, meanMs: undefined }, now)).toMatchObject(
    {
      ...{ position: 3, expected_seconds: null, next_attempt_at: null },
    },
  );
});

test("an order that does not wait has none of them", () => {
  expect(Object.values(waitView(undefined, busy, now))).toEqual([null, null, null, null]);
});
