import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LogLine } from "../../pulumi/health/log-line.ts";
import { LinesInOrder } from "./in-order.ts";

const line = (at: number): LogLine => ({
  ...{ at, source: "order-api", level: "info", text: "order accepted", details: {}, orderIds: [] },
  ...{ requestId: undefined, isRead: false },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("shows the lines of several containers in the order of their times", () => {
  const shown: number[] = [];
  const lines = new LinesInOrder(({ at }) => shown.push(at));
  for (const at of [3, 1, 2]) lines.add(line(at));
  lines.flush();
  expect(shown).toEqual([]);
  vi.advanceTimersByTime(300);
  lines.add(line(2.5));
  lines.add(line(4));
  lines.flush();
  expect(shown).toEqual([1, 2, 2.5, 3]);
  lines.flush(true);
  expect(shown).toEqual([1, 2, 2.5, 3, 4]);
});
