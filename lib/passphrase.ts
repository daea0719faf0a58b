import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure.ts";

export const PASSPHRASE_FILE = ".pulumi-passphrase";
const VARIABLES = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"] as const;

/** Creates this clone's passphrase once, in a file that git ignores and only its owner can read. */
export function keepPassphrase(projectFolder: string): void {
  const file = path.join(projectFolder, PASSPHRASE_FILE);
  if (!existsSync(file) && passphraseVariable() === undefined) {
    writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
}

/**
 * Returns variables that tell Pulumi where the passphrase is, or none if the environment has them already.
 */
export function passphraseEnvironment(projectFolder: string): Record<string, string> {
  return passphraseVariable() === undefined
    ? { PULUMI_CONFIG_PASSPHRASE_FILE: path.join(projectFolder, PASSPHRASE_FILE) }
    : {};
}

/** The variable that has the passphrase or names its file. Undefined if the clone's own file is used. */
export function passphraseVariable(): (typeof VARIABLES)[number] | undefined {
  return VARIABLES.find((name) => process.env[name] !== undefined);
}

/** The file that has the passphrase, unless PULUMI_CONFIG_PASSPHRASE has it. */
export function passphraseFile(projectFolder: string): string {
  return process.env.PULUMI_CONFIG_PASSPHRASE_FILE ?? path.join(projectFolder, PASSPHRASE_FILE);
}

/**
 * Returns the passphrase from the environment or else from the file, as Pulumi does. Throws a Failure if the
 * file is missing or cannot be read.
 */
export function readPassphrase(projectFolder: string): string {
  if (process.env.PULUMI_CONFIG_PASSPHRASE !== undefined) {
    return process.env.PULUMI_CONFIG_PASSPHRASE;
  }
  const file = passphraseFile(projectFolder);
  if (!existsSync(file)) {
    throw new Failure(
      `There is no passphrase: ${file} does not exist.`,
      "Run `npm start`, which creates one, or set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
    );
  }
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Failure(
      `The passphrase cannot be read: ${reason}`,
      "Run the command as the user who owns that file, or give the file to this user.",
    );
  }
}
