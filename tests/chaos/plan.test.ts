import { expect, test } from "vitest";
import { drawPlan } from "./plan.ts";

const options = { seed: 7, orders: 1000, minutes: 2, containers: ["redis", "order-api", "router"] as const };
const draw = (seed: number) => drawPlan({ ...options, seed, containers: [...options.containers] });

test("the same seed gives the same plan, another seed another plan", () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(8)).not.toEqual(draw(7));
});

test("every kind of order and fault occurs, within the time of the run", () => {
  const { orders, faults } = draw(7);
  expect(new Set(orders.map(({ document }) => document)).size).toBe(4);
  expect(new Set(orders.map(({ titleNumber }) => titleNumber)).size).toBe(1000);
  expect(new Set(orders.flatMap(({ document, isUpload }) => (isUpload ? document : []))).size).toBe(3);
  expect(orders.some(({ key }) => key !== undefined)).toBe(true);
  expect(orders.some(({ cancelAfterMs }) => cancelAfterMs !== undefined)).toBe(true);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(3);
  expect(new Set(faults.map(({ container }) => container)).size).toBe(3);
  for (const { atMs } of [...orders, ...faults]) expect(atMs).toBeLessThan(120_000);
});

test("a container has one fault at a time", () => {
  const over = new Map<string, number>();
  for (const { container, atMs, forMs } of draw(9).faults) {
    expect(atMs).toBeGreaterThan(over.get(container) ?? 0);
    over.set(container, atMs + forMs);
  }
});
