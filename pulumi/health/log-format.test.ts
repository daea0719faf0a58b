import { expect, it } from "vitest";
import { formatLine } from "./log-format.ts";
import type { LogLine } from "./log-line.ts";

const line = (more: Partial<LogLine> = {}): LogLine => ({
  ...{ at: new Date(2026, 10, 27, 14, 5, 10, 42).getTime(), source: "order-api", level: "info" },
  ...{ text: "order accepted", details: { type: "lease", note: "two words" }, orderIds: ["a"] },
  ...{ requestId: "r", isRead: false },
  ...more,
});
const plain = { colours: false, hidesOrder: false };

it("writes time, source, level, text and details", () => {
  expect(formatLine(line(), plain)).toBe(
    '14:05:10.042 order-api    info  order accepted type=lease note="two words" order=a',
  );
});

it("writes the time since the line before, and leaves out the order of all lines", () => {
  const at = line().at;
  const written = (since: number) => formatLine(line({ details: {} }), { ...plain, since, hidesOrder: true });
  expect(written(at - 12)).toBe("14:05:10.042     +12 ms order-api    info  order accepted");
  expect(written(at - 61_000)).toBe("14:05:10.042    +61.0 s order-api    info  order accepted");
});

it("colours a line only where that is wanted", () => {
  expect(formatLine(line({ level: "error" }), { ...plain, colours: true })).toContain("\u001b[31m");
  expect(formatLine(line({ level: "error" }), plain)).not.toContain("\u001b");
});

it("lets no line control the terminal", () => {
  const text = formatLine(line({ text: "a\u001b[2Jb\r\u0007", details: { x: "\u009b31m" } }), plain);
  expect(text).not.toMatch(/\p{Cc}/u);
});
