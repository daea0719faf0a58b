import { expect, test } from "vitest";
import { parseOrderEvent, summarize } from "./order-events.ts";

/** Stream entries, one second apart, starting at the epoch. */
const events = (...messages: Record<string, string>[]) =>
  messages.map((message, second) => parseOrderEvent({ id: `${second * 1000}-0`, message }));
const at = (second: number) => new Date(second * 1000).toISOString();

test("an event has its id, its time and typed fields", () => {
  const message = { status: "recognizing", attempt: "2", page: "0", pages: "3" };
  expect(parseOrderEvent({ id: "1764000000123-4", message })).toEqual({
    id: "1764000000123-4",
    at: "2025-11-24T16:00:00.123Z",
    status: "recognizing",
    attempt: 2,
    page: 0,
    pages: 3,
  });
});

test.each([{ status: "lost" }, { attempt: "-1" }, { outcome: "won" }, { page: "x" }])(
  "%j is not an event",
  (message) => {
    expect(() => parseOrderEvent({ id: "0-1", message })).toThrow();
  },
);

test("an order without events has no history and no attempts", () => {
  expect(summarize([])).toEqual({ history: [], attempts: [] });
});

test("every step and every attempt is listed, with the attempt's outcome", () => {
  const reason = { reason_code: "source_unavailable", reason_message: "busy" };
  const recorded = events(
    { status: "queued" },
    { status: "fetching", attempt: "1", worker: "a" },
    { status: "queued", attempt: "1", outcome: "failed", ...reason },
    { status: "fetching", attempt: "2", worker: "b" },
    { status: "recognizing", attempt: "2", page: "0", pages: "2" },
    { page: "1", pages: "2" },
    { status: "queued", attempt: "2", outcome: "handed_back" },
    { status: "fetching", attempt: "3", worker: "a" },
    { status: "completed", attempt: "3", outcome: "completed" },
  );
  expect(summarize(recorded)).toEqual({
    history: [
      { status: "queued", at: at(0) },
      { status: "fetching", at: at(1) },
      { status: "queued", at: at(2) },
      { status: "fetching", at: at(3) },
      { status: "recognizing", at: at(4) },
      { status: "queued", at: at(6) },
      { status: "fetching", at: at(7) },
      { status: "completed", at: at(8) },
    ],
    attempts: [
      {
        attempt: 1,
        worker: "a",
        started_at: at(1),
        ended_at: at(2),
        outcome: "failed",
        reason: { code: "source_unavailable", message: "busy" },
      },
      { attempt: 2, worker: "b", started_at: at(3), ended_at: at(6), outcome: "handed_back" },
      { attempt: 3, worker: "a", started_at: at(7), ended_at: at(8), outcome: "completed" },
    ],
  });
});

test("a running attempt has no end", () => {
  const recorded = events({ status: "queued" }, { status: "fetching", attempt: "1", worker: "a" });
  expect(summarize(recorded).attempts).toEqual([
    { attempt: 1, worker: "a", started_at: at(1), ended_at: null, outcome: null },
  ]);
});

test("an order that ends while it waits ends no attempt", () => {
  const recorded = events(
    { status: "queued" },
    { status: "fetching", attempt: "1", worker: "a" },
    { status: "queued", attempt: "1", outcome: "handed_back" },
    { status: "failed", reason_code: "internal_error", reason_message: "given up" },
  );
  expect(summarize(recorded)).toMatchObject({
    history: [{}, {}, {}, { status: "failed", at: at(3) }],
    attempts: [{ ended_at: at(2), outcome: "handed_back" }],
  });
});
