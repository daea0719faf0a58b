import { expect, test } from "vitest";
import { processorTicks } from "./processor-time.ts";

test.each([
  ["7 (node) S 1 7 7 0 -1 4194560 100 0 0 0 120 30 5 6 20 0 11 0 99", 150],
  ["7 (a name) with) S 1 7 7 0 -1 4194560 100 0 0 0 120 30 5 6 20 0 11 0 99", 150],
])("reads the processor time of %j, without that of ended children", (stat, ticks) => {
  expect(processorTicks(stat)).toBe(ticks);
});
