#!/usr/bin/env node
import { readdirSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Failure, runCommand } from "../../commands/failure.ts";
import { readPassphrase } from "../../commands/passphrase.ts";
import { askSecret, confirm } from "../../commands/terminal.ts";
import { PassphraseCrypter } from "./passphrase-crypter.ts";
import { programConfig, readProjectFile } from "./project-file.ts";
import { type Change, type Mode, Resources } from "./resources.ts";
import { Scope } from "./scope.ts";
import { StackFile } from "./stack-file.ts";

const USAGE = `This is the stand-in for Pulumi's engine, for this project and for machines that cannot download the real one.
  up | preview | destroy    [--stack NAME] [--yes] [--skip-preview]
  config set KEY [VALUE]    [--secret]   the value from standard input where it is not given
  config get KEY
  stack init [NAME]
  stack ls                  [--json]
  stack output [--json]`;

const projectFolder = process.cwd();
const project = readProjectFile(projectFolder);
const { values: flags, positionals } = readArguments();

await runCommand(async () => {
  const [command, ...rest] = positionals;
  switch ([command, rest[0]].filter((word) => word !== undefined).join(" ")) {
    case "up":
      return apply("update");
    case "preview":
      return apply("look");
    case "destroy":
      return destroy();
    case "stack ls":
      return listStacks();
    case "stack output":
      return printOutputs();
    default:
      if (command === "config" && rest[0] === "set" && rest[1] !== undefined) {
        return setConfig(rest[1], rest[2]);
      }
      if (command === "config" && rest[0] === "get" && rest[1] !== undefined) {
        return getConfig(rest[1]);
      }
      if (command === "stack" && rest[0] === "init") {
        return initStack(rest[1] ?? flags.stack);
      }
      throw new Failure(`Not a command of the stand-in: ${positionals.join(" ") || "(none)"}`, USAGE);
  }
});
process.exit();

async function apply(mode: Mode): Promise<void> {
  const startedAt = performance.now();
  if (mode === "update" && !flags.yes && !flags["skip-preview"]) {
    if (!process.stdin.isTTY) {
      throw new Failure("Nobody is there to confirm the update.", "Add --yes.");
    }
    if (!(await confirm(`Update the stack '${flags.stack}'? (\`preview\` shows what would change)`))) {
      return;
    }
  }
  const { resources, outputs, changes } = await runStack(mode, true);
  await resources.removeRest();
  console.log("\nOutputs:");
  printTable(outputs);
  const counts = [...changes].map(([change, count]) => `${count} ${change}`).join(", ");
  const would = mode === "look" ? "Would be: " : "";
  console.log(
    `\nResources: ${would}${counts}\nDuration: ${((performance.now() - startedAt) / 1000).toFixed(1)}s`,
  );
}

async function destroy(): Promise<void> {
  if (
    !flags.yes &&
    !(process.stdin.isTTY && (await confirm(`Destroy the stack '${flags.stack}' and its data?`)))
  ) {
    throw new Failure("Nothing was destroyed: nobody confirmed it.", "Add --yes.");
  }
  const { crypter } = openStack();
  const { resources, changes } = recorder("update", crypter, true);
  await resources.removeRest();
  console.log(`\nResources: ${changes.get("delete") ?? 0} deleted`);
}

async function printOutputs(): Promise<void> {
  const { outputs } = await runStack("read", false);
  if (flags.json) {
    console.log(JSON.stringify(outputs, undefined, 2));
  } else {
    printTable(outputs);
  }
}

async function runStack(mode: Mode, isLoud: boolean) {
  const { file, crypter } = openStack();
  const { resources, changes } = recorder(mode, crypter, isLoud);
  const config = programConfig(project, file, crypter);
  // Pulumi's SDK takes a second to load, which `config` and `stack ls` need not wait for.
  const { runProgram } = await import("./program.ts");
  const outputs = await runProgram(projectFolder, project, flags.stack, config, resources, mode !== "update");
  return { resources, outputs, changes };
}

function recorder(mode: Mode, crypter: PassphraseCrypter, isLoud: boolean) {
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

function openStack() {
  const file = new StackFile(projectFolder, flags.stack);
  if (file.encryptionSalt === undefined) {
    throw new Failure(
      `no stack named '${flags.stack}' found`,
      `Make it by \`npm run pulumi -- stack init ${flags.stack}\`, or let \`npm start\` do it.`,
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

function getConfig(key: string): void {
  const { file, crypter } = openStack();
  const stored = file.values().get(fullKey(key));
  if (stored === undefined) {
    throw new Failure(
      `configuration key '${key}' not found for stack '${flags.stack}'`,
      `Its default, if it has one, stands in Pulumi.yaml. See ${path.basename(file.file)} for what is set.`,
    );
  }
  console.log(typeof stored === "string" ? stored : crypter.decrypt(stored.secure, key));
}

function fullKey(key: string): string {
  return key.includes(":") ? key : `${project.name}:${key}`;
}

function printTable(outputs: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`  ${name.padEnd(12)} ${typeof value === "string" ? value : JSON.stringify(value)}`);
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
        // The engine is looked at as it is each time; the flag is taken so that both CLIs can be called alike.
        refresh: { type: "boolean", short: "r", default: false },
        "non-interactive": { type: "boolean", default: false },
        secret: { type: "boolean", default: false },
        json: { type: "boolean", short: "j", default: false },
      },
    });
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}
