import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../lib/scratch-folder.ts";

const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.package-lock.json";

/** A clone with run.mjs, a command, and this Node in place of the npm package `node`. */
function clone(): string {
  const folder = scratchFolder();
  const bin = path.join(folder, "node_modules", ".bin");
  mkdirSync(path.join(folder, "commands", "lib"), { recursive: true });
  mkdirSync(bin, { recursive: true });
  for (const file of ["run.mjs", "keep-settings-local.mjs", "lib/installation.mjs"]) {
    copyFileSync(path.join(import.meta.dirname, file), path.join(folder, "commands", file));
  }
  writeFileSync(
    path.join(folder, "commands", "hello.ts"),
    "console.log(process.cwd(), process.env.PATH?.split(':')[0], " +
      "...process.argv.slice(2));\nprocess.exitCode = 7;",
  );
  symlinkSync(process.execPath, path.join(bin, "node"));
  writeFileSync(path.join(folder, LOCK), "");
  writeFileSync(path.join(folder, INSTALLED), "");
  return folder;
}

function run(folder: string, npm = "process.exit(99)") {
  const fakeNpm = path.join(folder, "npm.cjs");
  writeFileSync(fakeNpm, npm);
  const door = path.join(folder, "commands", "run.mjs");
  const result = spawnSync(process.execPath, [door, "commands/hello.ts", "--a", "b c"], {
    cwd: folder,
    env: { ...process.env, npm_execpath: fakeNpm },
    encoding: "utf8",
  });
  return { status: result.status, stdout: result.stdout.trim(), stderr: result.stderr };
}

test("a command gets its arguments and the project's Node, and its exit code is returned", () => {
  const folder = clone();
  const said = `${folder} ${folder}/node_modules/.bin --a b c`;
  expect(run(folder)).toMatchObject({ status: 7, stdout: said });
});

const makeAnew = `
console.log(...process.argv.slice(2));
require("node:fs").writeFileSync("${INSTALLED}", "");`;

test.each([
  ["outdated", INSTALLED, 1_000_000_000],
  ["older than a new lock file", LOCK, 4_000_000_000],
])("dependencies that are %s are installed first", (_, file, seconds) => {
  const folder = clone();
  utimesSync(path.join(folder, file), seconds, seconds);
  const { status, stdout } = run(folder, makeAnew);
  expect(status).toBe(7);
  expect(stdout).toMatch(/^• Installing the dependencies .*\nci --no-audit .*\n.* --a b c$/);
});

test("the command does not run after a failed install", () => {
  const folder = clone();
  rmSync(path.join(folder, INSTALLED));
  const { status, stdout, stderr } = run(folder);
  expect(status).toBe(1);
  expect(stdout).not.toContain("--a");
  expect(stderr).toContain("✗ The dependencies could not be installed.");
});

test("the command does not run if the install lacks the project's Node", () => {
  const folder = clone();
  rmSync(path.join(folder, "node_modules", ".bin", "node"));
  const { status, stderr } = run(folder);
  expect(status).toBe(1);
  expect(stderr).toContain("npm ci --ignore-scripts=false");
});
