import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { AccountsUnavailable } from "../account.ts";
import { applicationId, migrations } from "./schema.ts";

const fileName = "accounts.sqlite";
/** Says that there was a file, so that a lost file is not mistaken for a new volume. */
const markerName = "accounts.created";

/** How long a statement waits for another process: the service that is being replaced, or `npm run users`. */
const busyMs = 2000;

/**
 * Opens the accounts in this folder. Creates an empty file in a new folder only, and migrates the file of an
 * earlier version. @throws AccountsUnavailable if the file is damaged, missing or of a later version
 */
export function openDatabase(folder: string, steps: readonly string[] = migrations): DatabaseSync {
  const file = path.join(folder, fileName);
  const marker = path.join(folder, markerName);
  try {
    if (!existsSync(file)) createFile(folder, file, steps);
    if (!existsSync(marker)) writeFileSync(marker, "", { mode: 0o600 });
    if (statSync(file).size === 0) throw damaged(file, "is empty");
    return openFile(file, steps);
  } catch (error) {
    if (error instanceof AccountsUnavailable) throw error;
    throw damaged(file, "cannot be opened", error);
  }
}

/** Users that nobody keeps, for tests. */
export function openMemory(): DatabaseSync {
  const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
  migrate(database, "the accounts in memory", migrations);
  return database;
}

/** Creates the file under another name, so that a crash leaves a complete file or none. */
function createFile(folder: string, file: string, steps: readonly string[]): void {
  const traces = readdirSync(folder).filter((name) => name === markerName || name.startsWith(`${fileName}-`));
  if (traces.length > 0) throw damaged(file, `is missing, but it existed before (${traces.join(", ")})`);
  const written = path.join(folder, `.${fileName}.${process.pid}.${Date.now()}`);
  try {
    const database = new DatabaseSync(written);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId};`);
    migrate(database, written, steps);
    database.close();
    chmodSync(written, 0o600);
    syncToDisk(written);
    // Unlike a rename, a link fails if another process was faster.
    linkSync(written, file);
    syncToDisk(folder);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(written, { force: true });
  }
}

function syncToDisk(target: string): void {
  const descriptor = openSync(target, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function openFile(file: string, steps: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMs, enableForeignKeyConstraints: true });
  try {
    if (pragma(database, "application_id") !== applicationId) throw damaged(file, "is another kind of file");
    const faults = pragma(database, "quick_check");
    if (faults !== "ok")
      throw damaged(file, `is damaged (${String(faults).replace(/\s+/g, " ").slice(0, 200)})`);
    if (pragma(database, "journal_mode = WAL") !== "wal") throw damaged(file, "cannot be used with a WAL");
    // An answer must not promise what a power failure can undo, such as a disabled account.
    database.exec("PRAGMA synchronous = FULL");
    migrate(database, file, steps);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, file: string, steps: readonly string[]): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = z.int().parse(pragma(database, "user_version"));
    if (version > steps.length) {
      throw new AccountsUnavailable(
        `${file} has the schema version ${version}, but this service knows ${steps.length} at most. ` +
          "Use the later version of the project that wrote it.",
      );
    }
    for (const step of steps.slice(version)) database.exec(step);
    if (version < steps.length) database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function pragma(database: DatabaseSync, text: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {})[0];
}

function damaged(file: string, what: string, cause?: unknown): AccountsUnavailable {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new AccountsUnavailable(
    `${file} ${what}${reason}. Put back a copy of the file (docs/accounts.md). ` +
      "To start again without users, remove all files of this volume.",
    { cause },
  );
}
