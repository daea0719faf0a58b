import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { Failure } from "../../../lib/failure.ts";
import {
  PASSPHRASE_FILE,
  passphraseFile,
  passphraseVariable,
  readPassphrase,
} from "../../../lib/passphrase.ts";
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
  /** Whether the stack file belongs to a stack that was created. */
  readonly hasSalt: boolean;
  /** new: nothing is encrypted yet. */
  readonly passphrase: "right" | "wrong" | "missing" | "unreadable" | "new";
  /** The permission bits of the clone's own file. Undefined if it is not used or does not exist. */
  readonly passphraseMode: number | undefined;
  /** The environment variable that decides where the passphrase is. */
  readonly passphraseVariable: ReturnType<typeof passphraseVariable>;
  /** Where the passphrase is, for messages. */
  readonly passphraseSource: string;
};

export function cloneFacts(folder: string, stack: string): CloneFacts {
  const { original, salt, unreadable } = read(folder, stack);
  const { bavail, bsize } = statfsSync(folder);
  const variable = passphraseVariable();
  const file = passphraseFile(folder);
  const mode = variable === undefined ? statSync(file, { throwIfNoEntry: false })?.mode : undefined;
  return {
    folder,
    stack,
    dependencies: dependencies(folder),
    original,
    unreadable,
    hasSalt: salt !== undefined,
    isWritable: isWritable(folder),
    freeBytes: bavail * bsize,
    passphrase: judgePassphrase(folder, salt),
    passphraseMode: mode === undefined ? undefined : mode & 0o777,
    passphraseVariable: variable,
    passphraseSource:
      variable === "PULUMI_CONFIG_PASSPHRASE_FILE" ? `${file} (${variable})` : (variable ?? PASSPHRASE_FILE),
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
  const variable = passphraseVariable();
  if (variable !== "PULUMI_CONFIG_PASSPHRASE" && !existsSync(passphraseFile(folder))) {
    return salt === undefined && variable === undefined ? "new" : "missing";
  }
  if (salt === undefined) return "new";
  const passphrase = unlessFailed(() => readPassphrase(folder));
  if (passphrase === undefined) return "unreadable";
  return unlessFailed(() => PassphraseCrypter.open(passphrase, salt)) ? "right" : "wrong";
}

/** Undefined if a Failure is thrown. */
function unlessFailed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
