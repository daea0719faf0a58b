import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../lib/scratch-folder.ts";
import { cloneId, keepCloneId, originalOf } from "./clone-id.ts";

function clone(name = "clone"): string {
  const folder = path.join(scratchFolder(), name);
  mkdirSync(folder);
  return folder;
}

const state = { pulumi: ".pulumi/stacks", passphrase: ".pulumi-passphrase" };

test("a clone keeps its id when it is moved, and a new clone in its place gets another", () => {
  const folder = clone();
  expect(keepCloneId(folder)).toBeUndefined();
  const id = cloneId(folder);
  expect(id).toMatch(/^[0-9a-f]{8}$/);
  const moved = `${folder}-moved`;
  renameSync(folder, moved);
  mkdirSync(folder);
  keepCloneId(folder);
  expect(originalOf(moved)).toBeUndefined();
  expect(keepCloneId(moved)).toBe(folder);
  expect(keepCloneId(moved)).toBeUndefined();
  expect(cloneId(moved)).toBe(id);
  expect(cloneId(folder)).not.toBe(id);
});

test.each([
  ["a state", (folder: string) => mkdirSync(path.join(folder, state.pulumi), { recursive: true })],
  ["a passphrase", (folder: string) => writeFileSync(path.join(folder, state.passphrase), "x")],
  [
    "a salt",
    (folder: string) =>
      writeFileSync(path.join(folder, "Pulumi.local.yaml"), "config: {}\nencryptionsalt: v1:x\n"),
  ],
])("a clone with %s of an earlier version keeps the id of its folder, also when it is moved", (_, make) => {
  const folder = clone();
  make(folder);
  const before = cloneId(folder);
  keepCloneId(folder);
  renameSync(folder, `${folder}-moved`);
  expect(cloneId(`${folder}-moved`)).toBe(before);
  expect(keepCloneId(`${folder}-moved`)).toBe(folder);
});

test("a stack file without a salt is not a sign of a stack", () => {
  const folder = clone();
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), "config: {}\n# encryptionsalt: none yet\n");
  const ofFolder = cloneId(folder);
  keepCloneId(folder);
  expect(cloneId(folder)).not.toBe(ofFolder);
});

test("a copy is recognised as long as its original exists; otherwise it counts as moved", () => {
  const folder = clone();
  keepCloneId(folder);
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  expect(originalOf(copy)).toBe(folder);
  expect(originalOf(folder)).toBeUndefined();
  renameSync(folder, `${folder}-moved`);
  expect(originalOf(copy)).toBeUndefined();
});

test("another path to the same folder is neither a move nor a copy", () => {
  const folder = clone();
  keepCloneId(folder);
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  expect(originalOf(link)).toBeUndefined();
  expect(keepCloneId(link)).toBeUndefined();
  expect(readFileSync(path.join(folder, ".pulumi/clone.json"), "utf8")).toContain(`"${folder}"`);
});

test("reading the id writes nothing", () => {
  const folder = clone();
  cloneId(folder);
  originalOf(folder);
  expect(existsSync(path.join(folder, ".pulumi"))).toBe(false);
});

test.each(["", "[]", '{"id": "x", "folder": "/"}', '{"id": "0123abcd"}'])(
  "an invalid record %j is an error that shows a valid one",
  (text) => {
    const folder = clone();
    mkdirSync(path.join(folder, ".pulumi"));
    writeFileSync(path.join(folder, ".pulumi/clone.json"), text);
    for (const read of [cloneId, keepCloneId, originalOf]) {
      expect(() => read(folder)).toThrow(/clone\.json does not have the expected content.*It should be/s);
    }
  },
);
