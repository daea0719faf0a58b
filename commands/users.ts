import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Failure, runCommand } from "../lib/failure.ts";
import { askSecret } from "../lib/terminal.ts";
import { manageUsers, type UserRequest } from "./lib/manage-users.ts";
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
  allow: "may sign in",
  disable: "can no longer sign in; a token that was issued before is valid for up to `tokenSeconds`",
  remove: "was removed",
};

/** `npm run users`: lists, adds and changes the users of a running stack. */
await runCommand(async () => {
  const { stack, request } = await readRequest(process.argv.slice(2));
  await requireDocker();
  identifyClone(projectFolder);
  const users = await manageUsers(new StackContainers(projectFolder, stack), request);
  if (request.command !== "list") console.log(`${users[0]?.name} ${DONE[request.command]}.\n`);
  if (request.command !== "remove") console.log(userTable(users));
});
process.exit();

async function readRequest(args: readonly string[]): Promise<{ stack: string; request: UserRequest }> {
  const { values, positionals } = parsed(args);
  const [command = "", name, ...rest] = positionals;
  const { stack, order, operator } = values;
  const hasRights = order !== undefined || operator !== undefined;
  const takesRights = command === "add" || command === "allow";
  const isUsed = (command === "list" ? name === undefined : name !== undefined) && rest.length === 0;
  if (!(command in DONE || command === "list") || !isUsed || (hasRights && !takesRights)) {
    // The arguments are not repeated, because one of them may be a password.
    throw new Failure(
      command === "" ? "No command was given." : "There is no command with these arguments.",
      USAGE,
    );
  }
  const password = ["add", "password"].includes(command) ? { password: await newPassword() } : {};
  const named = command === "list" ? {} : { name };
  const rights = takesRights ? { order, operator } : {};
  return { stack, request: { command, ...named, ...rights, ...password } };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        stack: { type: "string", short: "s", default: "local" },
        order: { type: "boolean" },
        operator: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), USAGE);
  }
}

/** Typed twice and not shown, or the first line of standard input. */
async function newPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, "");
  const password = await askSecret("New password (12 characters or more):");
  if ((await askSecret("Again:")) !== password) {
    throw new Failure("The two passwords differ.", "Run the command again.");
  }
  return password;
}
