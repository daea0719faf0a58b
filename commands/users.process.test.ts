import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { projectFolder } from "./stack/project.ts";

const program = path.join(projectFolder, "commands/users.ts");
const users = (...args: string[]) =>
  execa(process.execPath, [program, ...args], {
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

/** Answers each question in a terminal, as soon as it is asked. @returns all that the terminal showed */
async function typed(command: string, answers: readonly [question: string, answer: string][]) {
  const terminal = execa("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    ...{ cwd: projectFolder, reject: false, buffer: false },
  });
  onTestFinished(() => void terminal.kill());
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (part: string) => (shown += part));
  for (const [question, answer] of answers) {
    await expect.poll(() => shown).toContain(question);
    terminal.stdin.write(`${answer}\r`);
  }
  return { exitCode: (await terminal).exitCode, shown };
}

// `script` takes other options elsewhere.
test.runIf(process.platform === "linux")("a password is typed twice and is never shown", async () => {
  const add = `${process.execPath} ${program} add dora`;
  const [one, other] = ["unseen marble kettle", "seen marble kettle"];
  const { exitCode, shown } = await typed(add, [
    ["New password (12 characters or more):", one],
    ["Again:", other],
  ]);
  expect([exitCode, shown]).toEqual([1, expect.stringContaining("The two passwords differ.")]);
  expect(shown).not.toContain("marble");
});

test("a stack without an Auth API is named, and what starts it", async () => {
  const { exitCode, stderr } = await users("list", "--stack", "prod");
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("The stack 'prod' of this clone has no")]);
  expect(stderr).toContain("npm run pulumi -- up --stack NAME");
});
