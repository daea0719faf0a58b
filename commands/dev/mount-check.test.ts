import { expect, test } from "vitest";
import { mountFailure } from "./mount-check.ts";

test.each([
  [
    "another machine",
    125,
    'invalid mount config for type "bind": bind source path does not exist: /x',
    "does not see",
  ],
  ["an empty folder", 4, "", "does not see /clone"],
  ["files of a private clone", 3, "", "may not read the sources"],
  ["no events", 5, "", "not told of changed files"],
  ["anything else", 125, "no such image", "cannot be tried: no such image"],
])("%s is named", (_case, exitCode, said, message) => {
  expect(mountFailure(exitCode, said, "/clone").message).toContain(message);
});
