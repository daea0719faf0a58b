import { createLog } from "@orbital-witness/common/log.ts";
import { demoUsers } from "../../services/auth-api/src/accounts/built-in-users.ts";
import { AccountFile } from "../../services/auth-api/src/accounts/sqlite/account-file.ts";
import { openMemory } from "../../services/auth-api/src/accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "../../services/auth-api/src/accounts/sqlite/sqlite-accounts.ts";
import { UserDirectory } from "../../services/auth-api/src/accounts/user-directory.ts";
import { createAuthApp } from "../../services/auth-api/src/app.ts";
import { Sessions } from "../../services/auth-api/src/sessions/sessions.ts";
import { testKeys } from "./token-keys.ts";

/** "password", hashed in a hundredth of the usual time. */
const passwordHash =
  "$argon2id$v=19$m=64,t=1,p=1$7UpxUn05BGPn4Ks5mvqeUw$2FNgUTAaD1LaQw6RpReo5Kv92Z+In+Xc9t1ox1G1oQo";
const unknownHash =
  "$argon2id$v=19$m=64,t=1,p=1$zoF5TO0hRggn8Wa/mvN39A$pK6z1g+6pTlKRmA0t+yJd74EbubgiMYyBsOLG7M5dRA";

/** The Auth API with the demo users, accounts in memory, and sessions whose time a test sets. */
export async function authApp() {
  const { signing, verifying, jwk } = testKeys("0123456789abcdef0123456789abcdef");
  const { d: _, ...publicJwk } = jwk;
  const file = new AccountFile(openMemory);
  const accounts = new SqliteAccounts(file);
  await accounts.keepBuiltIn(demoUsers.map((user) => ({ ...user, passwordHash })));
  let passed = 0;
  const lines: string[] = [];
  const app = createAuthApp({
    log: createLog("auth-api", "trace", { write: (line) => lines.push(line) }),
    key: signing,
    keySet: { keys: [publicJwk] },
    users: new UserDirectory(accounts, unknownHash),
    sessions: new Sessions(file, {
      key: "k".repeat(32),
      idleSeconds: 3600,
      totalSeconds: 36_000,
      now: () => Date.now() + passed,
    }),
    sessionIdleSeconds: 3600,
    ready: () => accounts.check(),
    tokenSeconds: 30,
    failuresPerMinute: 10,
  });
  return {
    app,
    accounts,
    /** Verifies the access tokens. */
    verifying,
    /** The log so far. */
    lines,
    /** What the router adds to each request. */
    headers: { "X-Real-IP": "203.0.113.7" },
    /** A user whose password is "password", without a name. */
    newUser: { passwordHash, canOrder: true, operator: false },
    /** Lets time pass for sessions. */
    pass: (seconds: number) => {
      passed += seconds * 1000;
    },
  };
}
