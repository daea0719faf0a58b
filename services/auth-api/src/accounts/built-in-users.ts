import type { AccountStore, BuiltInAccount } from "./account.ts";
import { hashPassword, passwordMatches } from "./password.ts";

/** The demo users; the password of each is "password". Their orders in existing stacks have these ids. */
export const demoUsers: readonly BuiltInAccount[] = [
  {
    ...{ id: 1, name: "alice", canOrder: true, operator: false, kind: "demo" },
    passwordHash:
      "$argon2id$v=19$m=19456,t=2,p=1$og/vpr0/SZK4s8SKc4FrMQ$bHI4Nq7EoIs4VWXBgoowdua3W3uFDbro/wqdr5Fnqu4",
  },
  {
    ...{ id: 2, name: "bob", canOrder: true, operator: true, kind: "demo" },
    passwordHash:
      "$argon2id$v=19$m=19456,t=2,p=1$sTUDZ1WFJzrZ8ivCxFiv4Q$1868Xfla8SskYfjDlWQO+hfgE5udNrJ12gYbvjOIT44",
  },
  {
    ...{ id: 3, name: "charlie", canOrder: false, operator: false, kind: "demo" },
    passwordHash:
      "$argon2id$v=19$m=19456,t=2,p=1$ngi2njzBTBwEAQR9DVabFA$X9xslAoso+/UZBJO013sDf40hGLQ4ondxY7omC+435U",
  },
];

/**
 * The user of `npm start`, `npm run status`, the benchmarks and chaos, which run in stacks without demo users
 * too. No person can have this name.
 */
export const programName = "orbital-witness";
const programId = 4;

export type BuiltIn = {
  demo: boolean;
  /** Without it the program has no user. */
  programPassword?: string | undefined;
};

/** Writes the built-in users that the stack has. @returns those whose names people have */
export async function keepBuiltInUsers(
  accounts: AccountStore,
  { demo, programPassword }: BuiltIn,
): Promise<BuiltInAccount[]> {
  const program = programPassword === undefined ? [] : [await programUser(accounts, programPassword)];
  return accounts.keepBuiltIn([...(demo ? demoUsers : []), ...program]);
}

/** Keeps the stored hash if it is of this password. */
async function programUser(accounts: AccountStore, password: string): Promise<BuiltInAccount> {
  const stored = await accounts.find(programName);
  const isSame = stored?.kind === "program" && (await passwordMatches(password, stored.passwordHash));
  const passwordHash = isSame ? stored.passwordHash : await hashPassword(password);
  return { id: programId, name: programName, canOrder: true, operator: true, kind: "program", passwordHash };
}
