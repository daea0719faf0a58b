import { expect, test } from "vitest";
import { SpanBudget } from "./span-budget.ts";

test("fifty requests of each second begin a span", () => {
  let now = 5000;
  const budget = new SpanBudget(() => now);
  const begun = () => Array.from({ length: 80 }, () => budget.take()).filter(Boolean).length;
  expect(begun()).toBe(50);
  now = 5999;
  expect(begun()).toBe(0);
  now = 6000;
  expect(begun()).toBe(50);
});
