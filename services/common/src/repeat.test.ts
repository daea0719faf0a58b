import { expect, test } from "vitest";
import { repeat } from "./repeat.ts";

test("pauses after each run of the work, also after a long one, until the signal aborts", async () => {
  const stopped = new AbortController();
  const starts: number[] = [];
  const begun = Date.now();
  const work = async () => {
    starts.push(Date.now() - begun);
    if (starts.length === 3) stopped.abort();
    await new Promise((resolve) => setTimeout(resolve, 60));
  };
  await repeat(30, stopped.signal, work);
  expect(starts).toHaveLength(3);
  // The work and the pause are at least this long on any machine.
  for (const [index, at] of starts.entries()) expect(at).toBeGreaterThanOrEqual(25 + index * 85);
});

test("rejects when the work rejects", async () => {
  const work = () => Promise.reject(new Error("broken"));
  await expect(repeat(1, new AbortController().signal, work)).rejects.toThrow("broken");
});

test("ends at once when the signal aborts during a pause", async () => {
  const stopped = new AbortController();
  const repeating = repeat(60_000, stopped.signal, async () => {});
  stopped.abort();
  await expect(repeating).resolves.toBeUndefined();
});
