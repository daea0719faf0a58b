import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepLastBuild } from "./build-log.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-build-log-"));
  file = path.join(folder, "build-auth-api.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

const build = (step: string) =>
  `#0 building with "default" instance using docker driver\n\n#1 [internal] load build definition\n${step}\n`;

test.each([
  ["two builds", build("#2 ERROR: failed") + build("#2 DONE 0.1s"), build("#2 DONE 0.1s")],
  ["one build", build("#2 DONE 0.1s"), build("#2 DONE 0.1s")],
  ["lines of another builder", "Step 1/2\nStep 2/2\n", "Step 1/2\nStep 2/2\n"],
  ["nothing", "", ""],
])("of %s, the last build stays", (_, before, after) => {
  writeFileSync(file, before);
  keepLastBuild(file);
  expect(readFileSync(file, "utf8")).toBe(after);
});

test("a log that does not exist is not created", () => {
  keepLastBuild(file);
  expect(() => readFileSync(file)).toThrow("ENOENT");
});
