import { expect, it } from "vitest";
import { filterOf, isFiltered, listAddress } from "./list-filter.ts";

it.each([
  ["", {}, "/"],
  ["status=failed", { status: "failed" }, "/?status=failed"],
  ["status=unknown&x=1&sort=size", {}, "/"],
  ["title_number=ow 123", { title_number: "OW123" }, "/?title_number=OW123"],
  [
    "title_number=OW1&status=queued&q= mill lane ",
    { q: "mill lane", status: "queued", title_number: "OW1" },
    "/?q=mill+lane&status=queued&title_number=OW1",
  ],
  ["sort=-finished", { sort: "-finished" }, "/?sort=-finished"],
  ["sort=-created&q=%20", {}, "/"],
])("reads and writes the address ?%s", (query, filter, address) => {
  const read = filterOf(new URLSearchParams(query));
  expect(read).toEqual(filter);
  expect(listAddress(read)).toBe(address);
});

it("knows that a list in another sequence has all orders", () => {
  expect([isFiltered({}), isFiltered({ sort: "created" }), isFiltered({ q: "x" })]).toEqual([
    ...[false, false, true],
  ]);
});
