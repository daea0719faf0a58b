#!/usr/bin/env node
import { readdirSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Failure, runCommand } from "../../lib/failure.ts";
import { readPassphrase } from "../../lib/passphrase.ts";
import { PassphraseCrypter } from "../../lib/stack-config/passphrase-crypter.ts";
import { programConfig, readProjectFile } from "../../lib/stack-config/project-file.ts";
import { StackFile } from "../../lib/stack-config/stack-file.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { askSecret, confirm } from "../../lib/terminal.ts";
import { LastOutputs } from "./last-outputs.ts";
import { type Change, type Mode, Resources } from "./resources.ts";
import { Scope } from "./scope.ts";

const USAGE = `This stand-in for Pulumi runs this project on machines that cannot download the CLI.
  up | preview | destroy    [--stack NAME] [--yes] [--skip-preview]
  destroy                   [--exclude '**docker:index/volume:Volume::**']   keeps the volumes
  config                    lists the settings of the stack
  config set KEY [VALUE]    [--secret]   without VALUE it is read from standard input
  config get KEY
  config rm KEY
  stack init [NAME]
  stack ls                  [--json]
  stack output [NAME]       [--json]`;

interface Command {
  /** The least and the highest number of operands. */
  readonly least: number;
  readonly most: number;
  readonly run: (operand: string, value: string | undefined) => Promise<void> | void;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  up: { least: 0, most: 0, run: () => apply("update") },
  preview: { least: 0, most: 0, run: () => apply("look") },
  destroy: { least: 0, most: 0, run: () => destroy() },
  config: { least: 0, most: 0, run: () => listConfig() },
  "config set": { least: 1, most: 2, run: setConfig },
  "config get": { least: 1, most: 1, run: getConfig },
  "config rm": { least: 1, most: 1, run: removeConfig },
  "stack init": { least: 0, most: 1, run: (name) => initStack(name || flags.stack) },
  "stack ls": { least: 0, most: 0, run: () => listStacks() },
  "stack output": { least: 0, most: 1, run: (name) => printOutputs(name || undefined) },
};

/** What `preview` says of each kind of change. */
const PREVIEWED: Readonly<Record<Change, string>> = {
  same: "would stay the same",
  create: "would be created",
  replace: "would be replaced",
  delete: "would be deleted",
};
const ALL_VOLUMES = "**docker:index/volume:Volume::**";
const projectFolder = process.cwd();
const project = readProjectFile(projectFolder);
const { values: flags, positionals } = readArguments();

await runCommand(async () => {
  const words = Math.min(["config", "stack"].includes(positionals[0] ?? "") ? 2 : 1, positionals.length);
  const [operand, value] = positionals.slice(words);
  const command = COMMANDS[positionals.slice(0, words).join(" ")];
  const operands = positionals.length - words;
  if (command === undefined || operands < command.least || operands > command.most) {
    const given = positionals.join(" ");
    throw new Failure(
      given === "" ? "No command was given." : `Not a command of the stand-in: ${given}`,
      USAGE,
    );
  }
  await command.run(operand ?? "", value);
});
process.exit();

async function apply(mode: Mode): Promise<void> {
  const startedAt = performance.now();
  using _ = mode === "update" ? takeLock("up") : undefined;
  if (mode === "update" && !flags.yes && !flags["skip-preview"]) {
    if (!process.stdin.isTTY) {
      throw new Failure("The update cannot be confirmed without a terminal.", "Add --yes.");
    }
    if (!(await confirm(`Update the stack '${flags.stack}'? (\`preview\` shows what would change)`))) {
      return;
    }
  }
  const { resources, outputs, changes } = await runStack(mode, true);
  await resources.removeRest();
  if (mode === "update") lastOutputs().save(outputs);
  console.log("\nOutputs:");
  printTable(outputs);
  const counts = [...changes].map(
    ([change, count]) => `${count} ${mode === "look" ? PREVIEWED[change] : change}`,
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`\nResources: ${counts.join(", ")}\nDuration: ${seconds}s`);
}

async function destroy(): Promise<void> {
  if (flags.exclude !== undefined && flags.exclude !== ALL_VOLUMES) {
    throw new Failure(
      `The stand-in cannot exclude '${flags.exclude}'.`,
      `It knows --exclude '${ALL_VOLUMES}'.`,
    );
  }
  using _ = takeLock("destroy");
  if (
    !flags.yes &&
    !(process.stdin.isTTY && (await confirm(`Destroy the stack '${flags.stack}' and its data?`)))
  ) {
    throw new Failure("Nothing was destroyed: it was not confirmed.", "Add --yes.");
  }
  const { resources, changes } = recorder("update", () => openStack().crypter, true);
  await resources.removeRest({ keepVolumes: flags.exclude !== undefined });
  lastOutputs().forget();
  console.log(`\nResources: ${changes.get("delete") ?? 0} deleted`);
}

/**
 * Takes the stand-in's own lock, in addition to the lock of this project's commands, because this process may
 * outlive the command that started it.
 */
function takeLock(command: string): StackLock {
  return StackLock.take(projectFolder, `${flags.stack}.stand-in`, `pulumi ${command}`);
}

async function printOutputs(name: string | undefined): Promise<void> {
  const { outputs } = await runStack("read", false);
  if (name !== undefined && !(name in outputs)) {
    throw new Failure(
      `current stack does not have output property '${name}'`,
      `It has ${Object.keys(outputs).join(", ")}.`,
    );
  }
  const shown = name === undefined ? outputs : outputs[name];
  if (flags.json || (name !== undefined && typeof shown !== "string")) {
    console.log(JSON.stringify(shown, undefined, 2));
  } else if (typeof shown === "string") {
    console.log(shown);
  } else {
    printTable(outputs);
  }
}

async function runStack(mode: Mode, isLoud: boolean) {
  const { file, crypter } = openStack();
  const { resources, changes } = recorder(mode, () => crypter, isLoud);
  const config = programConfig(project, file, crypter);
  // Pulumi's SDK takes a second to load, which `config` and `stack ls` need not wait for.
  const { runProgram } = await import("./program.ts");
  const outputs = await runProgram(
    ...([projectFolder, project, flags.stack, config, resources, lastOutputs(), mode !== "update"] as const),
  );
  return { resources, outputs, changes };
}

function recorder(mode: Mode, crypter: () => PassphraseCrypter, isLoud: boolean) {
  const changes = new Map<Change, number>();
  const signs = { same: " ", create: "+", replace: "+-", delete: "-" } as const;
  const resources = new Resources(
    new Scope(projectFolder, project.name, flags.stack),
    crypter,
    mode,
    (change, type, name) => {
      changes.set(change, (changes.get(change) ?? 0) + 1);
      if (isLoud && change !== "same") {
        console.log(` ${signs[change].padEnd(2)} ${type} ${name}`);
      }
    },
  );
  return { resources, changes };
}

function lastOutputs(): LastOutputs {
  return new LastOutputs(projectFolder, flags.stack);
}

function openStack() {
  const file = new StackFile(projectFolder, flags.stack);
  if (file.encryptionSalt === undefined) {
    throw new Failure(
      `no stack named '${flags.stack}' found`,
      `Create it with \`npm run pulumi -- stack init ${flags.stack}\`, or run \`npm start\`.`,
    );
  }
  return { file, crypter: PassphraseCrypter.open(readPassphrase(projectFolder), file.encryptionSalt) };
}

function initStack(stack: string): void {
  const file = new StackFile(projectFolder, stack);
  const passphrase = readPassphrase(projectFolder);
  if (file.encryptionSalt === undefined) {
    file.encryptionSalt = PassphraseCrypter.create(passphrase).saltLine;
    file.save();
  } else {
    PassphraseCrypter.open(passphrase, file.encryptionSalt);
  }
  console.log(`Created stack '${stack}'`);
}

function listStacks(): void {
  const names = readdirSync(projectFolder)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => new StackFile(projectFolder, name).encryptionSalt !== undefined);
  console.log(flags.json ? JSON.stringify(names.map((name) => ({ name }))) : names.join("\n"));
}

async function setConfig(key: string, given: string | undefined): Promise<void> {
  const { file, crypter } = openStack();
  const value =
    given ??
    (process.stdin.isTTY ? await askSecret("value:") : (await text(process.stdin)).replace(/\n$/, ""));
  file.set(fullKey(key), flags.secret ? { secure: crypter.encrypt(value) } : value);
  file.save();
}

function listConfig(): void {
  const { file } = openStack();
  const rows = [...file.values()].map(([key, stored]) => [
    key.replace(`${project.name}:`, ""),
    typeof stored === "string" ? stored : "[secret]",
  ]);
  printTable({ KEY: "VALUE", ...Object.fromEntries(rows) });
}

function getConfig(key: string): void {
  const { file, crypter } = openStack();
  const stored = file.values().get(fullKey(key));
  if (stored === undefined) {
    throw new Failure(
      `configuration key '${key}' not found for stack '${flags.stack}'`,
      `Pulumi.yaml has its default, if any. ${path.basename(file.file)} has the values that are set.`,
    );
  }
  console.log(typeof stored === "string" ? stored : crypter.decrypt(stored.secure, key));
}

function removeConfig(key: string): void {
  const { file } = openStack();
  // As the real CLI, prints nothing if the key was not set.
  if (file.remove(fullKey(key))) {
    file.save();
  }
}

function fullKey(key: string): string {
  return key.includes(":") ? key : `${project.name}:${key}`;
}

function printTable(outputs: Record<string, unknown>): void {
  const width = Math.max(...Object.keys(outputs).map(({ length }) => length));
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`  ${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s", default: "local" },
        yes: { type: "boolean", short: "y", default: false },
        "skip-preview": { type: "boolean", short: "f", default: false },
        // Accepted so that both CLIs take the same arguments. The stand-in always reads the engine's current
        // state.
        refresh: { type: "boolean", short: "r", default: false },
        "non-interactive": { type: "boolean", default: false },
        secret: { type: "boolean", default: false },
        exclude: { type: "string" },
        json: { type: "boolean", short: "j", default: false },
      },
    });
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}
