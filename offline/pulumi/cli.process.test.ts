import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";

const cli = path.join(import.meta.dirname, "cli.ts");

function project(): string {
  const folder = scratchFolder();
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: p\nmain: a/\nconfig: {}\n");
  return folder;
}

function run(cwd: string, args: string[], input = "", passphrase = "throwaway") {
  const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: passphrase };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env,
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr: stderr.trim() };
}

test("a stack is created and listed; its settings can be read back, but only with its passphrase", () => {
  const folder = project();
  const done = { status: 0, stderr: "" };
  expect(run(folder, ["stack", "init", "local"])).toMatchObject(done);
  const set = ["config", "set", "--secret", "key", "--stack", "local"];
  expect(run(folder, set, "a secret\n")).toMatchObject(done);
  const file = readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");
  expect(file).toMatch(/^encryptionsalt: v1:\S+\nconfig:\n {2}p:key:\n {4}secure: v1:\S+\n$/);
  expect(run(folder, ["stack", "ls", "--json"])).toMatchObject({ ...done, stdout: '[{"name":"local"}]\n' });
  expect(run(folder, ["config", "get", "key"])).toMatchObject({ ...done, stdout: "a secret\n" });
  const { status, stderr } = run(folder, ["config", "get", "key"], "", "another");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^✗ incorrect passphrase/);
  expect(run(folder, ["config", "set", "count", "4"])).toMatchObject(done);
  const list = "  KEY    VALUE\n  key    [secret]\n  count  4\n";
  expect(run(folder, ["config"])).toMatchObject({ ...done, stdout: list });
  expect(run(folder, ["config", "rm", "key"])).toMatchObject(done);
  expect(readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8")).not.toContain("key");
});

test.each([
  [["config", "set", "count", "4", "--stack", "other"], "no stack named 'other' found"],
  [[], "No command was given."],
  [["import"], "Not a command of the stand-in: import"],
])("%j fails", (args, message) => {
  const { status, stderr } = run(project(), args);
  expect(status).toBe(1);
  expect(stderr).toContain(`✗ ${message}`);
});
