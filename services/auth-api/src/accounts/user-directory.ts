import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { Account, AccountStore } from "./account.ts";
import { demoUsers } from "./built-in-users.ts";
import { passwordMatches } from "./password.ts";

/** The hash of a password that nobody knows, with the costs of all stored hashes. */
export const unknownHash =
  "$argon2id$v=19$m=19456,t=2,p=1$FbmscssvOsaGK0Jg4u7ZVA$7MGWSmKUbWZNjyUiFFAufXavbZQ6osp1Cv2P9Zx7YRs";

/** Checks usernames and passwords. */
export class UserDirectory {
  readonly #accounts: Pick<AccountStore, "find" | "byId">;
  readonly #unknownHash: string;

  /** `unknown` must have the same costs as the hashes in the store. */
  constructor(accounts: Pick<AccountStore, "find" | "byId">, unknown = unknownHash) {
    this.#accounts = accounts;
    this.#unknownHash = unknown;
  }

  /**
   * Returns the user with this name and password, or undefined. Takes the same time for an unknown name, a
   * disabled user and a wrong password: one look-up and one hash.
   */
  async find(username: string, password: string): Promise<TokenUser | undefined> {
    const account = await this.#accounts.find(username);
    const matches = await passwordMatches(password, account?.passwordHash ?? this.#unknownHash);
    return account && matches && !account.disabled ? tokenUserOf(account) : undefined;
  }

  /** The names of the stack's demo users. A person with the name of one is not a demo user. */
  async demoNames(): Promise<string[]> {
    const found = await Promise.all(demoUsers.map(({ name }) => this.#accounts.find(name)));
    return found.flatMap((account) => (account?.kind === "demo" ? account.name : []));
  }

  /** The user with the rights of this moment; undefined if the user is disabled or removed. */
  async byId(id: number): Promise<TokenUser | undefined> {
    const account = await this.#accounts.byId(id);
    return account && !account.disabled ? tokenUserOf(account) : undefined;
  }
}

function tokenUserOf({ id, name, canOrder, operator }: Account): TokenUser {
  return { user_id: id, username: name, can_order: canOrder, operator };
}
