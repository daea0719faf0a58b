import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { Failure, runCommand } from "../../lib/failure.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { say } from "../../lib/terminal.ts";
import { readArguments } from "../lib/options.ts";
import { identifyClone } from "../stack/clone.ts";
import { StackContainers } from "../stack/engine/containers.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { askFirst } from "./ask-first.ts";
import { replaceData } from "./replace-data.ts";
import { saveSnapshot } from "./save-snapshot.ts";
import {
  checkFiles,
  findSnapshot,
  listSnapshots,
  newSnapshotFolder,
  readDescription,
} from "./snapshot-files.ts";
import { sizeText, snapshotTable } from "./snapshot-table.ts";

const USAGE = `npm run snapshot -- <command> [--stack NAME]
  list
  save NAME               all data of the stack: orders, results, uploaded documents, users, search index
  restore NAME [--yes]    replaces all data of the stack; NAME may be the folder of another clone's snapshot`;

const OPTIONS = {
  stack: { type: "string", short: "s", default: "local" },
  yes: { type: "boolean", short: "y", default: false },
} as const;

/** `npm run snapshot`: saves all data of a stack while it runs, and restores it, also in another clone. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  if (args.some((arg) => ["--help", "-h", "help"].includes(arg))) return console.log(USAGE);
  const { command, name, stack, yes } = readRequest(args);
  if (command === "list") return console.log(snapshotTable(await listSnapshots(projectFolder)));
  await requireDocker();
  identifyClone(projectFolder);
  const containers = new StackContainers(projectFolder, stack);
  if (command === "save") {
    const folder = newSnapshotFolder(projectFolder, name);
    using _ = StackLock.take(projectFolder, stack, "npm run snapshot");
    const { bytes, heldMs } = await saveSnapshot(containers, folder, projectVersion());
    const held = (heldMs / 1000).toFixed(1);
    say(
      `Saved ${sizeText(bytes)} in ${path.relative(process.cwd(), folder)}. Requests waited for ${held} s.`,
    );
    say("It has the documents and the hashes of the passwords: keep it to yourself.");
    return;
  }
  const folder = await findSnapshot(projectFolder, name);
  const description = await readDescription(folder);
  using _ = StackLock.take(projectFolder, stack, "npm run snapshot");
  say(`Checking the snapshot of ${description.savedAt}`);
  await checkFiles({ folder, description });
  if (!yes) await askFirst(containers, "replace");
  await replaceData(containers, { folder, description });
  say(`The stack has the data of ${description.savedAt}.`);
});
process.exit();

function readRequest(args: readonly string[]) {
  const { values, positionals } = readArguments(OPTIONS, USAGE, args);
  const [command, name = "", ...rest] = positionals;
  if (command === undefined) throw new Failure("No command was given.", USAGE);
  if (command !== "list" && command !== "save" && command !== "restore") {
    throw new Failure(`There is no command '${command}'.`, USAGE);
  }
  if (command === "list" ? name !== "" : name === "" || rest.length > 0) {
    throw new Failure(
      command === "list" ? "`list` takes no name." : `\`${command}\` takes one name of a snapshot.`,
      USAGE,
    );
  }
  if (values.yes && command !== "restore") throw new Failure("Only `restore` takes --yes.", USAGE);
  return { command, name, ...values };
}

function projectVersion(): string {
  const text = readFileSync(path.join(projectFolder, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
