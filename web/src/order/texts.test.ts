import { expect, it } from "vitest";
import { durationText, timeText, typeText } from "./texts.ts";

it.each([
  [0, "0 s"],
  [2440, "2.4 s"],
  [59_949, "59.9 s"],
  [59_990, "1 min"],
  [60_000, "1 min"],
  [119_700, "2 min"],
  [200_000, "3 min 20 s"],
  [3_600_000, "1 h"],
  [3_900_000, "1 h 5 min"],
])("writes %i ms as %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it("writes the time of today without its day", () => {
  const now = new Date(2026, 10, 27, 12);
  expect(timeText(new Date(2026, 10, 27, 9, 5, 1).toISOString(), now)).toBe("09:05:01");
  expect(timeText(new Date(2026, 10, 26, 9, 5).toISOString(), now)).toMatch(/^26 Nov/);
});

it("writes a type as a person does", () => {
  expect(typeText("title_plan")).toBe("Title plan");
});
