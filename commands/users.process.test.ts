import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { projectFolder } from "./stack/project.ts";

const users = (...args: string[]) =>
  execa(process.execPath, [path.join(projectFolder, "commands/users.ts"), ...args], {
    reject: false,
    input: "",
  });

test.each([
  [[], "No command was given."],
  [["frobnicate", "marble"], "There is no such command."],
  [["add"], "`add` needs the name of a user."],
  [["add", "dora", "unseen marble kettle"], "`add` takes one name. A password is never an argument."],
  [["list", "dora"], "`list` takes no arguments."],
  [["disable", "dora", "--order"], "Only `add` and `allow` take --order and --operator."],
  [["add", "dora", "--password=x"], "Unknown option '--password'."],
])("%j is refused with the usage", async (args, message) => {
  const { exitCode, stderr } = await users(...args);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(stderr).toContain("npm run users -- <command>");
  expect(stderr).not.toContain("marble");
});

test.each(["--help", "-h"])("%s shows the usage", async (option) => {
  const { exitCode, stdout } = await users(option);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("npm run users -- <command>")]);
});

test("an empty standard input is no password", async () => {
  const { exitCode, stderr } = await users("add", "dora");
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Standard input holds no password.")]);
});

test("a stack without an Auth API is named, and what starts it", async () => {
  const { exitCode, stderr } = await users("list", "--stack", "prod");
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("The stack 'prod' of this clone has no")]);
  expect(stderr).toContain("npm run pulumi -- up --stack NAME");
});
