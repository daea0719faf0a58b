import { describe, expect, it } from "vitest";
import type { Order, PageEnd } from "../api/types.ts";
import { lanesOf, lastEnd, ticksOf, tickText } from "./lanes.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12) + second * 1000).toISOString();

const takenOver: Order = {
  ...{ order_id: "1", user_id: 1, links: { events: "/orders/1/events" } },
  ...{ title_number: "OW1", document_type: "lease", file_name: null, status: "completed" },
  ...{ created_at: at(0), started_at: at(1), finished_at: at(9), progress: null, reason: null },
  history: [
    { status: "queued", at: at(0) },
    { status: "fetching", at: at(1) },
    { status: "recognizing", at: at(2) },
    { status: "queued", at: at(5) },
    { status: "recognizing", at: at(6) },
    { status: "completed", at: at(9) },
  ],
  attempts: [
    {
      ...{ attempt: 1, worker: "w-1", started_at: at(1), ended_at: at(5), outcome: "lost" },
      reason: { code: "worker_lost", message: "The worker died." },
    },
    { attempt: 2, worker: "w-2", started_at: at(6), ended_at: at(9), outcome: "completed", reason: null },
  ],
  ...{ pages_failed: [], pages_failed_count: 0, pages_empty: [], pages_empty_count: 0 },
  ...{ pages: 1, position: null, expected_seconds: null, waits_for: null, next_attempt_at: null },
};
const page = (number: number, worker: string, from: number, to: number, attempts = 1): PageEnd => ({
  ...{ page: number, outcome: "read", reason: null },
  reading: { worker, started_at: at(from), ended_at: at(to), attempts },
});

describe("lanesOf", () => {
  it("shows statuses, attempts with the reason of a takeover, and the pages of each worker", () => {
    const lanes = lanesOf(takenOver, [
      page(2, "w-10", 7, 8),
      page(1, "w-2", 6, 7, 2),
      { page: 3, outcome: "failed", reason: { code: "page_damaged", message: "broken" }, reading: null },
    ]);
    expect(lanes.map(({ name, note }) => [name, note])).toEqual([
      ["Order", undefined],
      ["Attempt 1", "Lost: the worker stopped responding, and another one took over"],
      ["Attempt 2", undefined],
      ["w-2", undefined],
      ["w-10", undefined],
    ]);
    expect(lanes[0]?.bars.map(({ text, start, end }) => [text, start, end])).toEqual([
      ["Waiting: 1 s", 0, 1000],
      ["Fetching: 1 s", 1000, 2000],
      ["Reading: 3 s", 2000, 5000],
      ["Waiting: 1 s", 5000, 6000],
      ["Reading: 3 s", 6000, 9000],
    ]);
    expect(lanes[3]?.bars.map(({ text }) => text)).toEqual(["Page 1: read, 1 s, 2 attempts"]);
    expect(lastEnd(lanes)).toBe(9000);
  });

  it("leaves the end of what still runs open", () => {
    const running = { ...takenOver, history: takenOver.history.slice(0, 2), attempts: [] };
    const [status] = lanesOf(running, []);
    expect(status?.bars.at(-1)).toMatchObject({ text: "Fetching", start: 1000, end: undefined });
  });
});

it.each([
  [900, [0, 200, 400, 600, 800]],
  [4200, [0, 1000, 2000, 3000, 4000]],
  [3_600_000, [0, 900_000, 1_800_000, 2_700_000, 3_600_000]],
  [1, [0, 1]],
])("marks %i ms at round times", (total, ticks) => {
  expect(ticksOf(total)).toEqual(ticks);
});

it.each([120, 900, 4200, 3_600_000])("writes each tick of %i ms differently", (total) => {
  const texts = ticksOf(total).map((tick) => tickText(tick, total));
  expect(new Set(texts).size).toBe(texts.length);
});
