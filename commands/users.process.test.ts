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
  [["add"], "There is no command with these arguments."],
  [["add", "dora", "unseen marble kettle"], "There is no command with these arguments."],
  [["list", "dora"], "There is no command with these arguments."],
  [["disable", "dora", "--order"], "There is no command with these arguments."],
  [["add", "dora", "--password=x"], "Unknown option '--password'"],
])("%j is refused with the usage", async (args, message) => {
  const { exitCode, stderr } = await users(...args);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(stderr).toContain("npm run users -- <command>");
  expect(stderr).not.toContain("marble");
});
