import { expect, test } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { readOptions } from "./options.ts";

const options = { yes: { type: "boolean", short: "y", default: false } } as const;

test.each([
  [[], { yes: false }],
  [["--yes"], { yes: true }],
  [["-y"], { yes: true }],
])("%j is read", (args, values) => {
  expect(readOptions(options, "npm stop [-- --yes]", args)).toEqual(values);
});

test.each([
  [{}, "--foo"],
  [{}, "foo"],
  [options, "--foo"],
  [options, "--yes=no"],
])("with the options %j, %s is refused", (known, arg) => {
  expect(() => readOptions(known, "npm start", [arg])).toThrow(Failure);
  expect(() => readOptions(known, "npm start", [arg])).not.toThrow("To specify a positional");
});
