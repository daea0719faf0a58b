import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { Failure } from "./failure.ts";

const holderSchema = z.object({ pid: z.number(), command: z.string(), since: z.string() });
/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5;

/**
 * Lets one command at a time change a stack. The lock is the lock of a SQLite database. The operating system
 * releases it when its holder ends in any way, so dead processes leave no locks.
 */
export class StackLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * @param name the name of the lock: this project's commands and the stand-in each have one per stack
   * @param command the command that takes the lock, for the error message of others
   * @throws Failure that names the command, process and time of the current holder
   */
  static take(projectFolder: string, name: string, command: string): StackLock {
    const folder = path.join(projectFolder, ".pulumi");
    mkdirSync(folder, { recursive: true });
    const holder = path.join(folder, `${name}.holder.json`);
    const database = new DatabaseSync(path.join(folder, `${name}.lock`), { timeout: 0 });
    try {
      database.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      database.close();
      if (!isBusy(error)) {
        throw error;
      }
      throw atWork(holder);
    }
    writeFileSync(holder, JSON.stringify({ pid: process.pid, command, since: new Date().toISOString() }));
    return new StackLock(database);
  }

  release(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === BUSY;
}

function atWork(holderFile: string): Failure {
  const holder = readHolder(holderFile);
  if (holder === undefined) {
    // The holder has the lock but has not written its details yet.
    return new Failure("Another command is changing this stack.", "Run this one again when it has ended.");
  }
  const { pid, command, since } = holder;
  return new Failure(
    `\`${command}\` is changing this stack: process ${pid}, since ${new Date(since).toLocaleString("sv")}.`,
    `Run this command again when the other one has ended, or end it first: \`kill ${pid}\`.`,
  );
}

function readHolder(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
