import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { fakeProgram, scratchFolder } from "../lib/scratch-folder.ts";

const script = path.join(import.meta.dirname, "keep-settings-local.mjs");

function run(folder: string, program: string, args: string[], env: Record<string, string> = {}) {
  // Git's own variables would point it at this project (a hook that runs the tests sets them).
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  const found = { ...Object.fromEntries(clean), GIT_CONFIG_GLOBAL: "/dev/null", ...env };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env: found, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

function git(folder: string, ...args: string[]): string {
  const result = run(folder, "git", ["-c", "user.name=n", "-c", "user.email=n@example.org", ...args]);
  expect(result).toMatchObject({ status: 0 });
  return result.said.trim();
}

function repository(): string {
  const folder = scratchFolder();
  git(folder, "init", "--quiet");
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), "config:\n");
  writeFileSync(path.join(folder, "other"), "1\n");
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "--message", "one");
  return folder;
}

const keep = (folder: string, env?: Record<string, string>) => run(folder, process.execPath, [script], env);
const settingsOf = (folder: string) => readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");

function change(folder: string): void {
  appendFileSync(path.join(folder, "Pulumi.local.yaml"), "  mine: 1\n");
  appendFileSync(path.join(folder, "other"), "2\n");
}

test("git shows the change without it", () => {
  const folder = repository();
  change(folder);
  expect(git(folder, "diff", "--name-only")).toBe("Pulumi.local.yaml\nother");
});

test.each([
  ["git status", ["status", "--short"], "M other"],
  ["git diff", ["diff", "--name-only"], "other"],
])("%s does not show it, be it run once or twice", (_, args, seen) => {
  const folder = repository();
  expect(keep(folder)).toEqual({ status: 0, said: "" });
  change(folder);
  expect(keep(folder)).toEqual({ status: 0, said: "" });
  expect(git(folder, ...args)).toBe(seen);
});

test.each([
  ["git commit -a", [["commit", "-a", "--quiet", "-m", "two"]]],
  [
    "git add -A",
    [
      ["add", "-A"],
      ["commit", "--quiet", "-m", "two"],
    ],
  ],
  [
    "git add .",
    [
      ["add", "."],
      ["commit", "--quiet", "-m", "two"],
    ],
  ],
])("%s does not commit it", (_, commands) => {
  const folder = repository();
  keep(folder);
  change(folder);
  for (const command of commands) {
    git(folder, ...command);
  }
  expect(git(folder, "show", "--name-only", "--format=%s")).toBe("two\n\nother");
  expect(settingsOf(folder)).toBe("config:\n  mine: 1\n");
});

test("git stash and git reset --hard leave it as it is", () => {
  const folder = repository();
  keep(folder);
  change(folder);
  git(folder, "stash");
  expect(git(folder, "stash", "show", "--name-only")).toBe("other");
  git(folder, "stash", "pop");
  git(folder, "reset", "--hard", "--quiet");
  expect(settingsOf(folder)).toBe("config:\n  mine: 1\n");
});

test.each([
  ["outside a repository", scratchFolder, {}],
  ["without git", repository, { PATH: "/nowhere" }],
  [
    "where the file is not committed",
    () => {
      const folder = scratchFolder();
      git(folder, "init", "--quiet");
      writeFileSync(path.join(folder, "Pulumi.local.yaml"), "config:\n");
      return folder;
    },
    {},
  ],
])("%s it does nothing, and says nothing", (_, prepare, env) => {
  expect(keep(prepare(), env)).toEqual({ status: 0, said: "" });
});

test("what else git says is passed on, and fails no install", () => {
  const folder = scratchFolder();
  fakeProgram(path.join(folder, "git"), "echo 'fatal: detected dubious ownership' >&2; exit 128");
  const { status, said } = keep(folder, { PATH: folder });
  expect(status).toBe(0);
  expect(said).toMatch(/Pulumi\.local\.yaml could get into a commit: fatal: detected dubious ownership/);
});
