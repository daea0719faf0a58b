import { text } from "node:stream/consumers";
import { Failure, runCommand } from "../lib/failure.ts";
import { askSecret } from "../lib/terminal.ts";
import { manageUsers, type UserRequest } from "./lib/manage-users.ts";
import { readArguments } from "./lib/options.ts";
import { userTable } from "./lib/user-table.ts";
import { identifyClone } from "./stack/clone.ts";
import { StackContainers } from "./stack/engine/containers.ts";
import { requireDocker } from "./stack/engine/docker.ts";
import { projectFolder } from "./stack/project.ts";

const USAGE = `npm run users -- <command> [--stack NAME]
  list
  add NAME [--order] [--operator]
  password NAME                                   sets another password and ends the user's sessions
  allow NAME [--[no-]order] [--[no-]operator]     changes what the user may do; enables a disabled user
  disable NAME                                    ends the user's sessions; tokens expire in \`tokenSeconds\`
  remove NAME
The password is asked for twice, or read from standard input.`;

const DONE: Readonly<Record<string, string>> = {
  add: "was added",
  password: "has the new password",
  allow: "may sign in, with the rights below",
  disable: "can no longer sign in; a token that was issued before is valid for up to `tokenSeconds`",
  remove: "was removed",
};

const OPTIONS = {
  stack: { type: "string", short: "s", default: "local" },
  order: { type: "boolean" },
  operator: { type: "boolean" },
} as const;

/** `npm run users`: lists, adds and changes the users of a running stack. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  if (args.some((arg) => ["--help", "-h", "help"].includes(arg))) return console.log(USAGE);
  const { stack, request } = await readRequest(args);
  await requireDocker();
  identifyClone(projectFolder);
  const users = await manageUsers(new StackContainers(projectFolder, stack), request);
  if (request.command !== "list") console.log(`${users[0]?.name} ${DONE[request.command]}.\n`);
  if (request.command !== "remove") console.log(userTable(users));
});
process.exit();

async function readRequest(args: readonly string[]): Promise<{ stack: string; request: UserRequest }> {
  const { values, positionals } = readArguments(OPTIONS, USAGE, args);
  const [command = "", name, ...rest] = positionals;
  const { stack, order, operator } = values;
  const hasRights = order !== undefined || operator !== undefined;
  const takesRights = command === "add" || command === "allow";
  const fault = faultOf(command, name, rest.length, hasRights && !takesRights);
  if (fault !== undefined) throw new Failure(fault, USAGE);
  const password = ["add", "password"].includes(command) ? { password: await newPassword() } : {};
  const named = command === "list" ? {} : { name };
  const rights = takesRights ? { order, operator } : {};
  return { stack, request: { command, ...named, ...rights, ...password } };
}

/** Does not repeat the arguments, because one of them may be a password. */
function faultOf(command: string, name: string | undefined, others: number, hasOddRights: boolean) {
  if (command === "") return "No command was given.";
  if (command !== "list" && !(command in DONE)) return "There is no such command.";
  if (command === "list")
    return name === undefined && !hasOddRights ? undefined : "`list` takes no arguments.";
  if (name === undefined) return `\`${command}\` needs the name of a user.`;
  if (others > 0) return `\`${command}\` takes one name. A password is never an argument.`;
  return hasOddRights ? "Only `add` and `allow` take --order and --operator." : undefined;
}

/** Typed twice and not shown, or the first line of standard input. */
async function newPassword(): Promise<string> {
  if (!process.stdin.isTTY) {
    const given = (await text(process.stdin)).replace(/\r?\n$/, "");
    if (given !== "") return given;
    throw new Failure(
      "Standard input holds no password.",
      "Run the command in a terminal to type one, or pass one: pwgen 20 1 | npm run users -- add NAME",
    );
  }
  const password = await askSecret("New password (12 characters or more):");
  if ((await askSecret("Again:")) !== password) {
    throw new Failure("The two passwords differ.", "Run the command again.");
  }
  return password;
}
