import { expect, test } from "vitest";
import { requestedRange } from "./byte-range.ts";

test.each([
  ["bytes=0-0", { start: 0, end: 1 }],
  ["bytes=2-5", { start: 2, end: 6 }],
  ["bytes=9-", { start: 9, end: 10 }],
  ["bytes=3-99999", { start: 3, end: 10 }],
  ["bytes=-3", { start: 7, end: 10 }],
  ["bytes=0-99999999999999999999", { start: 0, end: 10 }],
  ["bytes=-99999", { start: 0, end: 10 }],
  [`bytes=-${"9".repeat(400)}`, { start: 0, end: 10 }],
  ["bytes=00000000000000000001-2", { start: 1, end: 3 }],
  ["Bytes = 1 - 2", { start: 1, end: 3 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=10-12", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  [`bytes=${"9".repeat(30)}-`, "unsatisfiable"],
  [undefined, undefined],
  ["", undefined],
  ["bytes=", undefined],
  ["bytes=-", undefined],
  ["bytes=5-2", undefined],
  ["bytes=0-1,3-4", undefined],
  ["bytes=a-b", undefined],
  ["items=0-1", undefined],
])("of ten bytes, %s is %j", (header, range) => {
  expect(requestedRange(header, 10)).toEqual(range);
});

test("no range of an empty content can be satisfied", () => {
  expect(requestedRange("bytes=0-", 0)).toBe("unsatisfiable");
  expect(requestedRange("bytes=-5", 0)).toBe("unsatisfiable");
});
