import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import { passwordMatches } from "./password.ts";

type StoredUser = TokenUser & { passwordHash: string };

/**
 * The demo users; the password of each is "password". Hashed as OWASP's Password Storage Cheat Sheet
 * recommends: argon2id with 19 MiB, two passes, one lane, and a salt for each user.
 */
const users: readonly StoredUser[] = [
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
];

/**
 * The hash of an unknown password. It is verified for unknown users, so that they take as long as a wrong
 * password.
 */
const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$FbmscssvOsaGK0Jg4u7ZVA$7MGWSmKUbWZNjyUiFFAufXavbZQ6osp1Cv2P9Zx7YRs";

/**
 * Returns the user with this name and password, or undefined. Takes the same time for an unknown name and for
 * a wrong password.
 */
export async function findUser(username: string, password: string): Promise<TokenUser | undefined> {
  const user = users.find((candidate) => candidate.username === username);
  const matches = await passwordMatches(password, user?.passwordHash ?? nobodysHash);
  return matches ? user : undefined;
}
