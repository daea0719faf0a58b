import { expect, test } from "vitest";
import { poll } from "./poll.ts";

const late = () => new Error("too late");

test("looks until there is a value, and pauses in between", async () => {
  let looks = 0;
  const startedAt = performance.now();
  const look = async () => (++looks < 3 ? undefined : looks);
  expect(await poll(look, { everyMs: 20, limitMs: 10_000, late })).toBe(3);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(35);
});

test("looks once even without time, and then rejects with the error of `late`", async () => {
  let looks = 0;
  const look = async () => void looks++;
  await expect(poll(look, { everyMs: 1, limitMs: 0, late })).rejects.toThrow("too late");
  expect(looks).toBe(1);
  await expect(poll(look, { everyMs: 5, limitMs: 30, late })).rejects.toThrow("too late");
  expect(looks).toBeGreaterThan(2);
});

test("rejects with the error of `look`", async () => {
  const look = () => Promise.reject(new Error("broken"));
  await expect(poll(look, { everyMs: 1, limitMs: 10_000, late })).rejects.toThrow("broken");
});
