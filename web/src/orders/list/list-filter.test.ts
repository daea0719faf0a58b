import { expect, it } from "vitest";
import { filterOf, listAddress } from "./list-filter.ts";

it.each([
  ["", {}, "/"],
  ["status=failed", { status: "failed" }, "/?status=failed"],
  ["status=unknown&x=1", {}, "/"],
  ["title_number=ow 123", { title_number: "OW123" }, "/?title_number=OW123"],
  [
    "title_number=OW1&status=queued",
    { status: "queued", title_number: "OW1" },
    "/?status=queued&title_number=OW1",
  ],
])("reads and writes the address ?%s", (query, filter, address) => {
  const read = filterOf(new URLSearchParams(query));
  expect(read).toEqual(filter);
  expect(listAddress(read)).toBe(address);
});
