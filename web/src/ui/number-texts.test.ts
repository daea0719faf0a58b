import { expect, it } from "vitest";
import { bytesText, countText } from "./number-texts.ts";

it.each([
  [0, "0 bytes"],
  [1023, "1,023 bytes"],
  [1024, "1 KiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
  [2000 * 1024 ** 4, "2,000 TiB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

it("counts in the singular and the plural", () => {
  expect([0, 1, 1200].map((count) => countText(count, "page"))).toEqual(["0 pages", "1 page", "1,200 pages"]);
});
