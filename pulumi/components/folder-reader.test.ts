import { expect, test } from "vitest";
import { folderReader } from "./folder-reader.ts";

test.each([
  ["root, for all", { uid: 0, gid: 0, mode: 0o40755 }, "65534:65534"],
  ["root, for root alone", { uid: 0, gid: 0, mode: 0o40700 }, "0:0"],
  ["root, listed by all and entered by none", { uid: 0, gid: 0, mode: 0o40744 }, "0:0"],
  ["a user, for all", { uid: 1000, gid: 100, mode: 0o40755 }, "1000:100"],
  ["a user alone", { uid: 1000, gid: 100, mode: 0o40700 }, "1000:100"],
])("a folder of %s", (_, folder, reader) => {
  expect(folderReader(folder)).toBe(reader);
});
