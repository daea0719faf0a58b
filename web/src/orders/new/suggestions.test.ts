import { expect, it } from "vitest";
import type { OfferedDocuments } from "../../api/types.ts";
import { documentTypes } from "../../order/texts.ts";
import { suggestionsFrom, typesFor } from "./suggestions.ts";

const offered: OfferedDocuments = {
  source: "folder",
  documents: [
    { title_number: "AB1", document_type: "title_plan" },
    { title_number: "OW12345678", document_type: "register" },
    { title_number: "OW12345678", document_type: "lease" },
  ],
};

it("suggests what was ordered before what the source offers, each title number once", () => {
  const orders = [
    { title_number: "NG1", document_type: "lease" },
    { title_number: "OW12345678", document_type: "lease" },
    { title_number: "NG1", document_type: "register" },
    { title_number: null, document_type: null },
  ] as const;
  const suggestions = suggestionsFrom(orders, offered);
  expect([...suggestions].map(([title, types]) => [title, ...types])).toEqual([
    ["NG1", "lease", "register"],
    ["OW12345678", "lease", "register"],
    ["AB1", "title_plan"],
  ]);
  expect([...suggestionsFrom(orders, undefined).keys()]).toEqual(["NG1", "OW12345678"]);
});

it("suggests at most a hundred title numbers", () => {
  const orders = Array.from({ length: 500 }, (_, n) => {
    return { title_number: `NG${n}`, document_type: "lease" } as const;
  });
  expect(suggestionsFrom(orders, offered).size).toBe(100);
});

it("lists the types that the source has for a title number apart from the others", () => {
  const { offered: found, others } = typesFor("OW12345678", offered);
  expect(found.toSorted()).toEqual(["lease", "register"]);
  expect([...found, ...others].toSorted()).toEqual([...documentTypes].toSorted());
  expect(typesFor("OW1234567", offered).offered).toEqual([]);
  expect(typesFor("OW12345678", undefined)).toEqual({ offered: [], others: documentTypes });
});
