import { DatabaseSync, type StatementSync } from "node:sqlite";
import { z } from "zod";

/** The file is not a database of this version, or is damaged. The caller removes it and has it rebuilt. */
export class DamagedDatabaseError extends Error {
  override readonly name = "DamagedDatabaseError";
}

export type DatabaseOptions = {
  /** Creates all tables and sets `user_version`. Run on a new file. */
  schema: string;
  version: number;
  /** `FULL` writes each commit to disk. `NORMAL` may lose the last commits in a power failure. */
  synchronous: "FULL" | "NORMAL";
};

/**
 * An SQLite file whose content can be rebuilt. Methods are synchronous. They throw DamagedDatabaseError for a
 * damaged file, and SQLite's own errors otherwise.
 */
export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Creates the file if it does not exist. */
  constructor(file: string, { schema, version, synchronous }: DatabaseOptions) {
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    try {
      const journal = `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`;
      this.guarded(() => this.#database.exec(journal));
      this.transaction(() => this.#prepareSchema(schema, version));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  transaction<T>(work: () => T): T {
    return this.guarded(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isCorruption(error)) throw new DamagedDatabaseError(error.message, { cause: error });
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #prepareSchema(schema: string, version: number): void {
    const { user_version } = z
      .object({ user_version: z.int() })
      .parse(this.#database.prepare("PRAGMA user_version").get());
    if (user_version === 0) this.#database.exec(`${schema}\nPRAGMA user_version = ${version};`);
    else if (user_version !== version) {
      throw new DamagedDatabaseError(`the database has version ${user_version}, not ${version}`);
    }
  }
}

/** SQLITE_CORRUPT with its extended codes, and SQLITE_NOTADB. */
function isCorruption(error: unknown): error is Error {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return false;
  return [11, 26].includes(error.errcode & 0xff);
}
