/** `demo` and `program` users are part of the stack. They are written at each start and cannot be edited. */
export type AccountKind = "person" | "demo" | "program";

export type Account = {
  id: number;
  /** As it was written when the user was added. */
  name: string;
  /** PHC string of argon2id. */
  passwordHash: string;
  canOrder: boolean;
  operator: boolean;
  disabled: boolean;
  kind: AccountKind;
  createdAt: Date;
  updatedAt: Date;
};

export type NewAccount = Pick<Account, "name" | "passwordHash" | "canOrder" | "operator">;
export type BuiltInAccount = NewAccount & { id: number; kind: "demo" | "program" };
/** What can be changed. A changed password or a disabled account ends the user's sessions. */
export type AccountChange = {
  [Field in "passwordHash" | "canOrder" | "operator" | "disabled"]?: Account[Field] | undefined;
};

/** The users. Every method rejects with AccountsUnavailable when the store cannot be used. */
export interface AccountStore {
  /** Finds a user by any spelling of the name. */
  find(name: string): Promise<Account | undefined>;
  byId(id: number): Promise<Account | undefined>;
  /** All users, by id. */
  list(): Promise<Account[]>;
  /** @throws NameTaken */
  add(account: NewAccount): Promise<Account>;
  /** Undefined if there is no such user. */
  change(id: number, change: AccountChange): Promise<Account | undefined>;
  /** The id is never given to another user. @returns false if there is no such user */
  remove(id: number): Promise<boolean>;
  /**
   * Writes these built-in users and removes all others. A person with the name of a built-in user keeps it.
   * @returns the built-in users that were left out for this reason
   */
  keepBuiltIn(accounts: readonly BuiltInAccount[]): Promise<BuiltInAccount[]>;
  /** Resolves if the store can be used. */
  check(): Promise<void>;
}

/** The store cannot be used. The message says why and what to do, and contains no data of users. */
export class AccountsUnavailable extends Error {
  override readonly name = "AccountsUnavailable";
}

export class NameTaken extends Error {
  override readonly name = "NameTaken";
}

/** Spellings that look like the same name are one name, for accounts and for rate limits. */
export function spellingOf(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}
