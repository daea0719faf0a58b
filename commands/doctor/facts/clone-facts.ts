import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { Failure } from "../../../lib/failure.ts";
import { PASSPHRASE_FILE, readPassphrase } from "../../../lib/passphrase.ts";
import { PassphraseCrypter } from "../../../lib/stack-config/passphrase-crypter.ts";
import { StackFile } from "../../../lib/stack-config/stack-file.ts";
import { originalOf } from "../../../pulumi/clone-id.ts";
import { dependencies } from "../../lib/installation.mjs";

export type CloneFacts = {
  readonly folder: string;
  readonly stack: string;
  readonly dependencies: ReturnType<typeof dependencies>;
  /** The folder of which this clone is a copy. */
  readonly original: string | undefined;
  /** Why the clone's record or its stack file cannot be read. */
  readonly unreadable: string | undefined;
  readonly isWritable: boolean;
  readonly freeBytes: number;
  /** The permission bits of the file with the passphrase; undefined if it is not used or does not exist. */
  readonly passphraseMode: number | undefined;
  /** new: nothing is encrypted yet. */
  readonly passphrase: "right" | "wrong" | "missing" | "new";
  /** Whether the stack file belongs to a stack that was created. */
  readonly hasSalt: boolean;
  /** Where the passphrase is looked for. */
  readonly passphraseSource: string;
};

export function cloneFacts(folder: string, stack: string): CloneFacts {
  const { original, salt, unreadable } = read(folder, stack);
  const { bavail, bsize } = statfsSync(folder);
  const file = path.join(folder, PASSPHRASE_FILE);
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: givenFile } = process.env;
  const isOwnFile = given === undefined && givenFile === undefined;
  return {
    folder,
    stack,
    dependencies: dependencies(folder),
    original,
    unreadable,
    hasSalt: salt !== undefined,
    isWritable: isWritable(folder),
    freeBytes: bavail * bsize,
    passphraseMode: isOwnFile && existsSync(file) ? statSync(file).mode & 0o777 : undefined,
    passphrase: judgePassphrase(folder, salt),
    passphraseSource:
      given !== undefined
        ? "PULUMI_CONFIG_PASSPHRASE"
        : givenFile !== undefined
          ? `${givenFile} (PULUMI_CONFIG_PASSPHRASE_FILE)`
          : PASSPHRASE_FILE,
  };
}

function read(folder: string, stack: string) {
  try {
    return {
      original: originalOf(folder),
      salt: new StackFile(folder, stack).encryptionSalt,
      unreadable: undefined,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { original: undefined, salt: undefined, unreadable: error.message };
  }
}

function judgePassphrase(folder: string, salt: string | undefined): CloneFacts["passphrase"] {
  try {
    const passphrase = readPassphrase(folder);
    if (salt === undefined) return "new";
    PassphraseCrypter.open(passphrase, salt);
    return "right";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (/^There is no passphrase/.test(error.message))
      return salt === undefined && isOwn() ? "new" : "missing";
    return "wrong";
  }
}

const isOwn = () => process.env.PULUMI_CONFIG_PASSPHRASE_FILE === undefined;

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
