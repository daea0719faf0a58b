import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { poll } from "../../../lib/poll.ts";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { SourceWatch } from "./source-watch.ts";

let folder: string;
let watching: SourceWatch;
let seen: string[];

beforeEach(() => {
  folder = scratchFolder();
  mkdirSync(path.join(folder, "a/b"), { recursive: true });
  writeFileSync(path.join(folder, "a/b/x.ts"), "0");
  seen = [];
  watching = new SourceWatch([folder], (files) => {
    seen.push(...files.map((file) => path.relative(folder, file)));
  });
});

afterEach(() => {
  watching[Symbol.dispose]();
});

const at = (name: string) => path.join(folder, name);

async function expectSeen(...files: string[]): Promise<void> {
  const look = async () => (seen.length >= files.length ? true : undefined);
  const late = () => new Error(`seen: ${seen}`);
  await poll(look, { everyMs: 5, limitMs: 10_000, late });
  expect(seen.splice(0)).toEqual(files);
}

test("every save is seen, also by an editor that replaces the file", async () => {
  for (const text of ["1", "2", "3"]) {
    writeFileSync(at("a/b/.x.ts.tmp"), text);
    renameSync(at("a/b/.x.ts.tmp"), at("a/b/x.ts"));
    await expectSeen("a/b/x.ts");
  }
  writeFileSync(at("a/b/x.ts"), "4");
  await expectSeen("a/b/x.ts");
});

test("files in new folders are seen", async () => {
  mkdirSync(at("c/d"), { recursive: true });
  writeFileSync(at("c/d/y.lua"), "1");
  await expectSeen("c/d/y.lua");
  writeFileSync(at("c/d/y.lua"), "2");
  await expectSeen("c/d/y.lua");
  rmSync(at("c"), { recursive: true });
  await expectSeen("c/d/y.lua");
});

test("a save without a change, tests and editors' own files do not count", async () => {
  utimesSync(at("a/b/x.ts"), new Date(), new Date());
  writeFileSync(at("a/b/x.ts"), "0");
  for (const name of ["x.test.ts", ".x.ts.swp", "x.ts~", "4913"]) writeFileSync(at(`a/b/${name}`), "1");
  await pause(100);
  writeFileSync(at("a/b/z.ts"), "1");
  await expectSeen("a/b/z.ts");
});
