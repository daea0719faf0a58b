import { beforeEach, expect, test, vi } from "vitest";
import { SharedAnswer } from "./shared-answer.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  return () => vi.useRealTimers();
});

test("an answer is made once for all who ask within its time", async () => {
  const make = vi.fn(async () => make.mock.calls.length);
  const shared = new SharedAnswer(1000, make);
  expect(await Promise.all([shared.get(), shared.get()])).toEqual([1, 1]);
  vi.advanceTimersByTime(999);
  expect(await shared.get()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await shared.get()).toBe(2);
});

test("a failure is not kept", async () => {
  let fails = true;
  const shared = new SharedAnswer(1000, async () => {
    if (fails) throw new Error("away");
    return "here";
  });
  await expect(shared.get()).rejects.toThrow("away");
  fails = false;
  expect(await shared.get()).toBe("here");
});
