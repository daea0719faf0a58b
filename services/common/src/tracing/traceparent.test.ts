import { expect, test } from "vitest";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

test("a traceparent is read, and written as it was", () => {
  const text = `00-${traceId}-${spanId}-01`;
  const parent = parseTraceparent(text);
  expect(parent).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
  expect(parent && traceparentOf(parent)).toBe(text);
});

test("of the flags only the one for recording is read", () => {
  expect(parseTraceparent(`00-${traceId}-${spanId}-02`)?.traceFlags).toBe(0);
  expect(parseTraceparent(`00-${traceId}-${spanId}-03`)?.traceFlags).toBe(1);
});

test("a later version may have more parts", () => {
  expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)?.spanId).toBe(spanId);
});

test.each([
  undefined,
  "",
  "unknown",
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01-more`,
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${"0".repeat(32)}-${spanId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId}-${spanId}-01\n`,
])("%# what is no traceparent is ignored", (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});
