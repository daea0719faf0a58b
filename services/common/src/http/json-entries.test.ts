import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonEntries } from "./json-entries.ts";

test.each([
  ["{}", []],
  [
    '{"a": 1, "a": 2}',
    [
      ["a", 1],
      ["a", 2],
    ],
  ],
  [
    '{"a":{"a":[1,{"b":2}],"c":"}"},"\\u0061":null}',
    [
      ["a", { a: [1, { b: 2 }], c: "}" }],
      ["a", null],
    ],
  ],
  [
    '{ "\\"{,": "\\\\" , "": [] }',
    [
      ['"{,', "\\"],
      ["", []],
    ],
  ],
])("the entries of %s are found", (source, entries) => {
  expect(jsonEntries(source)).toEqual(entries);
});

test("any object has the entries that JSON.parse finds", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (object, indent) => {
      const source = JSON.stringify(object, undefined, indent);
      expect(jsonEntries(source)).toEqual(Object.entries(JSON.parse(source)));
    }),
  );
});
