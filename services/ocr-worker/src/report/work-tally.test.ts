import { beforeEach, expect, test, vi } from "vitest";
import { WorkTally } from "./work-tally.ts";

const read = { confidence: 90, steps: {} };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  return () => vi.useRealTimers();
});

test("counts the pages of the last minute", () => {
  const tally = new WorkTally();
  tally.pageRead(100, read);
  vi.advanceTimersByTime(30_000);
  tally.pageRead(100, read);
  expect(tally.pagesPerMinute).toBe(2);
  vi.advanceTimersByTime(30_000);
  expect(tally.pagesPerMinute).toBe(1);
  vi.advanceTimersByTime(30_000);
  expect(tally.pagesPerMinute).toBe(0);
});

test("figures are taken once", () => {
  const tally = new WorkTally();
  tally.pageRead(100, read);
  tally.attemptFailed("page_damaged");
  tally.attemptFailed("page_damaged");
  expect(tally.take()).toMatchObject({ pages: 1, ms: 100, failures: new Map([["page_damaged", 2]]) });
  expect(tally.isEmpty).toBe(true);
  expect(tally.take()).toMatchObject({ pages: 0, ms: 0, failures: new Map() });
});
