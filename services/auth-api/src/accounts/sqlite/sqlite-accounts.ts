import { z } from "zod";
import {
  type Account,
  type AccountChange,
  type AccountStore,
  type BuiltInAccount,
  NameTaken,
  type NewAccount,
  spellingOf,
} from "../account.ts";
import type { AccountFile } from "./account-file.ts";
import { isUniqueViolation } from "./sqlite-error.ts";

const flag = z.int().transform((value) => value === 1);
const time = z.int().transform((milliseconds) => new Date(milliseconds));

const accountRow = z
  .object({
    id: z.int(),
    name: z.string(),
    password_hash: z.string(),
    can_order: flag,
    operator: flag,
    disabled: flag,
    kind: z.enum(["person", "demo", "program"]),
    created_at: time,
    updated_at: time,
  })
  .transform(
    (row): Account => ({
      id: row.id,
      name: row.name,
      passwordHash: row.password_hash,
      canOrder: row.can_order,
      operator: row.operator,
      disabled: row.disabled,
      kind: row.kind,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }),
  );

/** The users in the file of accounts. */
export class SqliteAccounts implements AccountStore {
  readonly #file: AccountFile;

  constructor(file: AccountFile) {
    this.#file = file;
  }

  async find(name: string): Promise<Account | undefined> {
    return this.#file.use((database) => {
      const row = database.prepare("SELECT * FROM users WHERE spelling = ?").get(spellingOf(name));
      return row && accountRow.parse(row);
    });
  }

  async byId(id: number): Promise<Account | undefined> {
    return this.#file.use((database) => {
      const row = database.prepare("SELECT * FROM users WHERE id = ?").get(id);
      return row && accountRow.parse(row);
    });
  }

  async list(): Promise<Account[]> {
    return this.#file.use((database) =>
      database
        .prepare("SELECT * FROM users ORDER BY id")
        .all()
        .map((row) => accountRow.parse(row)),
    );
  }

  async add(account: NewAccount): Promise<Account> {
    return this.#file.use((database) => {
      const now = Date.now();
      const { name, passwordHash, canOrder, operator } = account;
      try {
        const row = database
          .prepare(
            `INSERT INTO users (name, spelling, password_hash, can_order, operator, created_at, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *`,
          )
          .get(name, spellingOf(name), passwordHash, Number(canOrder), Number(operator), now, now);
        return accountRow.parse(row);
      } catch (error) {
        if (isUniqueViolation(error)) throw new NameTaken(`There is already a user ${name}.`);
        throw error;
      }
    });
  }

  async change(id: number, change: AccountChange): Promise<Account | undefined> {
    return this.#file.use((database) => {
      const row = database
        .prepare(
          `UPDATE users SET password_hash = coalesce(?, password_hash), can_order = coalesce(?, can_order),
             operator = coalesce(?, operator), disabled = coalesce(?, disabled), updated_at = ?
           WHERE id = ? RETURNING *`,
        )
        .get(
          change.passwordHash ?? null,
          numberOf(change.canOrder),
          numberOf(change.operator),
          numberOf(change.disabled),
          Date.now(),
          id,
        );
      return row && accountRow.parse(row);
    });
  }

  async remove(id: number): Promise<boolean> {
    return this.#file.use(
      (database) => database.prepare("DELETE FROM users WHERE id = ?").run(id).changes === 1,
    );
  }

  async keepBuiltIn(accounts: readonly BuiltInAccount[]): Promise<BuiltInAccount[]> {
    return this.#file.inTransaction((database) => {
      const ids = JSON.stringify(accounts.map(({ id }) => id));
      database
        .prepare("DELETE FROM users WHERE kind <> 'person' AND id NOT IN (SELECT value FROM json_each(?))")
        .run(ids);
      const isTaken = database.prepare("SELECT 1 FROM users WHERE spelling = ? AND kind = 'person'");
      const write = database.prepare(
        `INSERT INTO users
           (id, name, spelling, password_hash, can_order, operator, kind, created_at, updated_at)
         VALUES (:id, :name, :spelling, :hash, :can_order, :operator, :kind, :now, :now)
         ON CONFLICT (id) DO UPDATE SET name = :name, spelling = :spelling, password_hash = :hash,
           can_order = :can_order, operator = :operator, kind = :kind, disabled = 0, updated_at = :now`,
      );
      const leftOut = accounts.filter(({ name }) => isTaken.get(spellingOf(name)) !== undefined);
      for (const account of accounts.filter((each) => !leftOut.includes(each))) {
        write.run({
          id: account.id,
          name: account.name,
          spelling: spellingOf(account.name),
          hash: account.passwordHash,
          can_order: Number(account.canOrder),
          operator: Number(account.operator),
          kind: account.kind,
          now: Date.now(),
        });
      }
      return leftOut;
    });
  }

  async check(): Promise<void> {
    this.#file.use((database) => database.prepare("SELECT 1 FROM users LIMIT 1").get());
  }
}

function numberOf(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}
