import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { fakeProgram, scratchFolder } from "../lib/scratch-folder.ts";

const script = path.join(import.meta.dirname, "keep-settings-local.mjs");
const COMMITTED = "# settings\nconfig:\n  level: info\n  # a: 1\n  # b: 2\n";
const OWN = "encryptionsalt: v1:x\n# settings\nconfig:\n  level: info\n  mine: 1\n  # a: 1\n  # b: 2\n";

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
  git(folder, "init", "--quiet", "--initial-branch=main");
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), COMMITTED);
  writeFileSync(path.join(folder, "other"), "1\n");
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "--message", "one");
  return folder;
}

const keep = (folder: string, env?: Record<string, string>) => run(folder, process.execPath, [script], env);
const settingsOf = (folder: string) => readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");

function change(folder: string): void {
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), OWN);
  appendFileSync(path.join(folder, "other"), "2\n");
}

test("without the filter, git shows the change", () => {
  const folder = repository();
  change(folder);
  expect(git(folder, "diff", "--name-only")).toBe("Pulumi.local.yaml\nother");
});

test.each([
  ["git status", ["status", "--short"], "M other"],
  ["git diff", ["diff", "--name-only"], "other"],
])("%s does not show the own values, even after a second run of the script", (_, args, seen) => {
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
])("%s does not commit the own values", (_, commands) => {
  const folder = repository();
  keep(folder);
  change(folder);
  for (const command of commands) {
    git(folder, ...command);
  }
  expect(git(folder, "show", "--name-only", "--format=%s")).toBe("two\n\nother");
  expect(settingsOf(folder)).toBe(OWN);
  expect(git(folder, "show", "HEAD:Pulumi.local.yaml")).toBe(COMMITTED.trim());
});

test("git stash and git reset --hard keep the own values", () => {
  const folder = repository();
  keep(folder);
  change(folder);
  git(folder, "stash");
  expect(git(folder, "stash", "show", "--name-only")).toBe("other");
  expect(settingsOf(folder)).toBe(OWN);
  git(folder, "stash", "pop");
  git(folder, "reset", "--hard", "--quiet");
  expect(settingsOf(folder)).toBe(OWN);
});

test("git commit with the file's name does not commit the own values", () => {
  const folder = repository();
  keep(folder);
  change(folder);
  const commit = ["-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-m", "two"];
  expect(run(folder, "git", [...commit, "Pulumi.local.yaml"]).status).toBe(1);
  git(folder, "add", "--force", "Pulumi.local.yaml");
  expect(git(folder, "diff", "--cached", "--name-only")).toBe("");
});

/** A clone with its own values. Its origin has a newer commit, which changes the file. */
function clonedBefore(changed: string): string {
  const origin = repository();
  const folder = path.join(scratchFolder(), "clone");
  git(origin, "clone", "--quiet", origin, folder);
  keep(folder);
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), OWN);
  keep(folder);
  writeFileSync(path.join(origin, "Pulumi.local.yaml"), changed);
  git(origin, "commit", "-a", "--quiet", "-m", "two");
  return folder;
}

test.each([
  [
    "a comment more",
    COMMITTED.replace("# b: 2", "# b: 3\n  # c: 4"),
    OWN.replace("# b: 2", "# b: 3\n  # c: 4"),
  ],
  ["the same lines as the clone", COMMITTED.replace("info\n", "debug\n  theirs: 2\n"), OWN],
])("git pull of %s keeps the own values", (_, changed, merged) => {
  const folder = clonedBefore(changed);
  git(folder, "pull", "--quiet");
  expect(git(folder, "show", "HEAD:Pulumi.local.yaml")).toBe(changed.trim());
  expect(settingsOf(folder)).toBe(merged);
  expect(git(folder, "status", "--short")).toBe("");
});

test("git switch and git rebase keep the own values", () => {
  const folder = clonedBefore(COMMITTED.replace("# b: 2", "# b: 3"));
  writeFileSync(path.join(folder, "other"), "3\n");
  git(folder, "commit", "-a", "--quiet", "-m", "mine");
  git(folder, "fetch", "--quiet");
  git(folder, "switch", "--quiet", "--detach", "origin/main");
  expect(settingsOf(folder)).toBe(OWN.replace("# b: 2", "# b: 3"));
  git(folder, "switch", "--quiet", "main");
  expect(settingsOf(folder)).toBe(OWN);
  git(folder, "rebase", "--quiet", "origin/main");
  expect(settingsOf(folder)).toBe(OWN.replace("# b: 2", "# b: 3"));
  expect(git(folder, "status", "--short")).toBe("");
});

test("after its own values were removed, the file follows the commits", () => {
  const folder = clonedBefore(COMMITTED.replace("# b: 2", "# b: 3"));
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), COMMITTED);
  keep(folder);
  git(folder, "pull", "--quiet");
  expect(settingsOf(folder)).toBe(COMMITTED.replace("# b: 2", "# b: 3"));
});

test("a commit can change the file if it bypasses the filter", () => {
  const folder = repository();
  keep(folder);
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), `${COMMITTED}  # c: 3\n`);
  git(folder, "-c", "filter.own-settings.clean=cat", "add", "--renormalize", "Pulumi.local.yaml");
  git(folder, "commit", "--quiet", "-m", "two");
  expect(git(folder, "show", "HEAD:Pulumi.local.yaml")).toBe(`${COMMITTED}  # c: 3`);
  expect(git(folder, "status", "--short")).toBe("");
});

test("a clone can pull again after an earlier version hid the file with skip-worktree", () => {
  const folder = clonedBefore(COMMITTED.replace("# b: 2", "# b: 3"));
  git(folder, "update-index", "--skip-worktree", "Pulumi.local.yaml");
  expect(keep(folder)).toEqual({ status: 0, said: "" });
  git(folder, "pull", "--quiet");
  expect(settingsOf(folder)).toBe(OWN.replace("# b: 2", "# b: 3"));
});

test("the file shows as changed after another program edits it, until git add, which stages nothing", () => {
  const folder = clonedBefore(COMMITTED.replace("# b: 2", "# b: 3"));
  appendFileSync(path.join(folder, "Pulumi.local.yaml"), "  # mine\n");
  expect(git(folder, "status", "--short")).toBe("M Pulumi.local.yaml");
  expect(git(folder, "diff")).toBe("");
  git(folder, "add", ".");
  expect(git(folder, "status", "--short")).toBe("");
  git(folder, "pull", "--quiet");
  expect(settingsOf(folder)).toContain("# mine");
});

test("a filter that cannot run stops the commit", () => {
  const folder = repository();
  keep(folder);
  change(folder);
  rmSync(path.join(folder, ".git", "own-settings.sh"));
  expect(run(folder, "git", ["commit", "-a", "-m", "two"]).status).not.toBe(0);
});

test.each([
  ["outside a repository", scratchFolder, {}],
  ["without git", repository, { PATH: "/nowhere" }],
  [
    "where the file is not committed",
    () => {
      const folder = scratchFolder();
      git(folder, "init", "--quiet");
      writeFileSync(path.join(folder, "Pulumi.local.yaml"), COMMITTED);
      return folder;
    },
    {},
  ],
])("%s the script does nothing and prints nothing", (_, prepare, env) => {
  expect(keep(prepare(), env)).toEqual({ status: 0, said: "" });
});

test("other errors of git are printed, and do not fail the install", () => {
  const folder = scratchFolder();
  fakeProgram(path.join(folder, "git"), "echo 'fatal: detected dubious ownership' >&2; exit 128");
  const { status, said } = keep(folder, { PATH: folder });
  expect(status).toBe(0);
  expect(said).toMatch(
    /Your own values in Pulumi\.local\.yaml could get into a commit: fatal: detected dubious ownership/,
  );
});
