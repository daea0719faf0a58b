import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5;

/**
 * A lock between processes: the lock of a SQLite database. The operating system releases it when its holder
 * ends in any way, so dead processes leave no locks.
 */
export class FileLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Returns undefined if the lock is taken. `file` is created if needed, with its folder. */
  static tryTake(file: string): FileLock | undefined {
    mkdirSync(path.dirname(file), { recursive: true });
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec("BEGIN EXCLUSIVE");
      return new FileLock(database);
    } catch (error) {
      database.close();
      if (error instanceof Error && "errcode" in error && error.errcode === BUSY) return undefined;
      throw error;
    }
  }

  /** Whether somebody holds the lock. Does not create the file. */
  static isTaken(file: string): boolean {
    if (!existsSync(file)) return false;
    const database = new DatabaseSync(file, { timeout: 0, readOnly: true });
    try {
      database.prepare("SELECT count(*) FROM sqlite_master").get();
      return false;
    } catch (error) {
      if (error instanceof Error && "errcode" in error && error.errcode === BUSY) return true;
      throw error;
    } finally {
      database.close();
    }
  }

  release(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
