import type { DatabaseSync } from "node:sqlite";
import { AccountsUnavailable } from "../account.ts";
import { isSqliteError } from "./sqlite-error.ts";

/**
 * The SQLite file with users and sessions. Statements take well under a millisecond, and a write a few for
 * the disk, so they run on the main thread.
 */
export class AccountFile {
  readonly #open: () => DatabaseSync;
  #database: DatabaseSync | undefined;

  /** `open` is called at the first use, and again after a failure. It throws AccountsUnavailable. */
  constructor(open: () => DatabaseSync) {
    this.#open = open;
  }

  /**
   * Runs statements. @throws AccountsUnavailable for an error of SQLite, after which the file is opened and
   * checked again before its next use
   */
  use<T>(work: (database: DatabaseSync) => T): T {
    this.#database ??= this.#open();
    try {
      return work(this.#database);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      this.close();
      throw new AccountsUnavailable(`The accounts cannot be used: ${error.message}`, { cause: error });
    }
  }

  /** Runs statements that take effect together, and waits until no other process writes. */
  inTransaction<T>(work: (database: DatabaseSync) => T): T {
    return this.use((database) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work(database);
        database.exec("COMMIT");
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }
}
