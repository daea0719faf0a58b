import { expect, test } from "vitest";
import { residentBytes } from "./process-memory.ts";

test.runIf(process.platform === "linux")("adds up the memory of the processes that run", async () => {
  const own = (await residentBytes([process.pid])) ?? 0;
  expect(own).toBeGreaterThan(10e6);
  expect(await residentBytes([process.pid, 2 ** 30])).toBeGreaterThan(own / 2);
});

test("is unknown if no process runs", async () => {
  expect(await residentBytes([2 ** 30])).toBeUndefined();
});
