import { expect, test } from "vitest";
import { documentTypes, orderRequestSchema } from "./order.ts";

function accepts(title_number: unknown, document_type: unknown = "lease"): boolean {
  return orderRequestSchema.safeParse({ title_number, document_type }).success;
}

test.each(["1", "123456", "A1", "AB123456", "ABC1Z", "NGL123456T", "OW12345678"])(
  "%s is a title number",
  (title) => {
    expect(accepts(title)).toBe(true);
  },
);

test.each([
  "",
  "ABCD1",
  "AB",
  "AB1234567",
  "OW1234567",
  "OW123456789",
  "ow12345678",
  "AB1X",
  " AB1",
  "AB1\n",
  "AB１",
  "../../x",
  "a?b#c",
  "@evil",
  "AB1\r\nHost: x",
  "AB1\0",
  "AB\u202e1",
  `A${"1".repeat(1_000_000)}`,
  1,
  ["AB1"],
  null,
  undefined,
])("%j is not a title number", (title) => {
  expect(accepts(title)).toBe(false);
});

test("only the known document types are accepted", () => {
  for (const type of documentTypes) expect(accepts("AB1", type)).toBe(true);
  for (const type of ["Lease", "lease ", "", "toString", null, ["lease"]])
    expect(accepts("AB1", type)).toBe(false);
});
