import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** The file is beside the stack's state, so that both move with the clone and are removed together. */
const FILE = path.join(".pulumi", "clone.json");

interface CloneRecord {
  /** Eight hex digits. */
  readonly id: string;
  /** Where the clone was when it was last used. */
  readonly folder: string;
}

/**
 * Identifies a clone on this machine. The id is in the labels of everything that it has on the Docker engine.
 * @returns eight hex digits: from the clone's record, else derived from its folder
 */
export function cloneId(folder: string): string {
  return readRecord(folder)?.id ?? idOfPath(folder);
}

/**
 * Gives the clone an id that survives a move of its folder, and notes where the clone is now.
 * @returns the folder from which the clone was moved, undefined when it was not
 */
export function keepCloneId(folder: string): string | undefined {
  const record = readRecord(folder);
  if (record === undefined) {
    // Stacks of earlier versions have no record; their labels hold the id derived from the folder.
    writeRecord(folder, { id: hasStack(folder) ? idOfPath(folder) : randomBytes(4).toString("hex"), folder });
    return undefined;
  }
  if (record.folder === folder || isSameFolder(record.folder, folder)) {
    return undefined;
  }
  writeRecord(folder, { ...record, folder });
  return record.folder;
}

/**
 * Returns the folder of which this one is a copy, with the same id and state. Undefined if this is not a
 * copy.
 */
export function originalOf(folder: string): string | undefined {
  const record = readRecord(folder);
  return record !== undefined &&
    record.folder !== folder &&
    readRecord(record.folder)?.id === record.id &&
    !isSameFolder(record.folder, folder)
    ? record.folder
    : undefined;
}

/** Mounts and links give one folder several paths. */
function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((folder) => statSync(folder, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function idOfPath(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 8);
}

function hasStack(folder: string): boolean {
  const hasSalt = (file: string) => /^encryptionsalt:/m.test(readFileSync(path.join(folder, file), "utf8"));
  return (
    existsSync(path.join(folder, ".pulumi-passphrase")) ||
    existsSync(path.join(folder, ".pulumi", "stacks")) ||
    readdirSync(folder).some((file) => /^Pulumi\..+\.yaml$/.test(file) && hasSalt(file))
  );
}

function readRecord(folder: string): CloneRecord | undefined {
  const file = path.join(folder, FILE);
  if (!existsSync(file)) {
    return undefined;
  }
  const text = readFileSync(file, "utf8");
  const record = parse(text);
  if (record === undefined) {
    throw new Error(
      `${file} does not have the expected content: ${text.slice(0, 200)}\n` +
        'It should be {"id": "<8 hex digits>", "folder": "<path>"}, with the id that ' +
        "`docker volume inspect` shows in the label orbital-witness.clone of this clone's volumes.",
    );
  }
  return record;
}

function parse(text: string): CloneRecord | undefined {
  try {
    const { id, folder } = JSON.parse(text);
    const isRecord = typeof id === "string" && /^[0-9a-f]{8}$/.test(id) && typeof folder === "string";
    return isRecord ? { id, folder } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes atomically: an interrupted write leaves the old record. */
function writeRecord(folder: string, record: CloneRecord): void {
  const file = path.join(folder, FILE);
  mkdirSync(path.dirname(file), { recursive: true });
  const written = `${file}.${process.pid}.tmp`;
  writeFileSync(written, `${JSON.stringify(record)}\n`);
  renameSync(written, file);
}
