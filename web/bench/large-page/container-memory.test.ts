import { expect, it } from "vitest";
import { mebibytesOf } from "./container-memory.ts";

it.each([
  ["160.5MiB / 1.5GiB", 160.5],
  ["1.101GiB / 1.5GiB", 1.101 * 1024],
  ["512KiB / 512MiB", 0.5],
  ["0B / 0B", 0],
  ["-- / --", undefined],
])("reads the memory of the line %s of docker stats", (usage, mebibytes) => {
  expect(mebibytesOf(usage)).toBe(mebibytes);
});
