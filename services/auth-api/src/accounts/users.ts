import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import { passwordMatches } from "./password.ts";

type StoredUser = TokenUser & { passwordHash: string };

/** Users, and the hash of an unknown password, all hashed with the same parameters. */
export class UserDirectory {
  readonly #users: readonly StoredUser[];
  readonly #unknownHash: string;

  /** `unknownHash` is verified for unknown users, so that they take as long as a wrong password. */
  constructor(users: readonly StoredUser[], unknownHash: string) {
    this.#users = users;
    this.#unknownHash = unknownHash;
  }

  /**
   * Returns the user with this name and password, or undefined. Takes the same time for an unknown name and
   * for a wrong password.
   */
  async find(username: string, password: string): Promise<TokenUser | undefined> {
    const user = this.#users.find((candidate) => candidate.username === username);
    const matches = await passwordMatches(password, user?.passwordHash ?? this.#unknownHash);
    return matches ? user : undefined;
  }
}

/**
 * The demo users; the password of each is "password". Hashed as OWASP's Password Storage Cheat Sheet
 * recommends: argon2id with 19 MiB, two passes, one lane, and a salt for each user.
 */
export const demoUsers = new UserDirectory(
  [
    {
      user_id: 1,
      username: "alice",
      can_order: true,
      passwordHash:
        "$argon2id$v=19$m=19456,t=2,p=1$og/vpr0/SZK4s8SKc4FrMQ$bHI4Nq7EoIs4VWXBgoowdua3W3uFDbro/wqdr5Fnqu4",
    },
    {
      user_id: 2,
      username: "bob",
      can_order: true,
      passwordHash:
        "$argon2id$v=19$m=19456,t=2,p=1$sTUDZ1WFJzrZ8ivCxFiv4Q$1868Xfla8SskYfjDlWQO+hfgE5udNrJ12gYbvjOIT44",
    },
    {
      user_id: 3,
      username: "charlie",
      can_order: false,
      passwordHash:
        "$argon2id$v=19$m=19456,t=2,p=1$ngi2njzBTBwEAQR9DVabFA$X9xslAoso+/UZBJO013sDf40hGLQ4ondxY7omC+435U",
    },
  ],
  "$argon2id$v=19$m=19456,t=2,p=1$FbmscssvOsaGK0Jg4u7ZVA$7MGWSmKUbWZNjyUiFFAufXavbZQ6osp1Cv2P9Zx7YRs",
);
