import { flagVariable, folderVariable, wholeNumber } from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/http/serve.ts";
import {
  publicKeySetVariable,
  signingKey,
  signingKeyVariable,
} from "@orbital-witness/common/tokens/token-keys.ts";
import { z } from "zod";
import { prepareAccounts } from "./accounts/prepare-accounts.ts";
import { AccountFile } from "./accounts/sqlite/account-file.ts";
import { openDatabase } from "./accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "./accounts/sqlite/sqlite-accounts.ts";
import { UserDirectory } from "./accounts/user-directory.ts";
import { createAuthApp } from "./app.ts";
import { Sessions } from "./sessions/sessions.ts";

const secretVariable = z.string().min(32).meta({ description: "at least 32 characters long", secret: true });

await runService("auth-api", {
  variables: z.object({
    TOKEN_KEY: signingKeyVariable,
    TOKEN_KEYS: publicKeySetVariable,
    TOKEN_SECONDS: wholeNumber(1, 86_400, 30),
    TOKEN_FAILURES_PER_MINUTE: wholeNumber(1, 10_000, 10),
    ACCOUNTS_FOLDER: folderVariable,
    DEMO_USERS: flagVariable,
    PROGRAM_PASSWORD: secretVariable.optional().meta(secretVariable.meta() ?? {}),
    SESSION_SECRET: secretVariable,
    SESSION_IDLE_MINUTES: wholeNumber(1, 43_200, 60),
    SESSION_HOURS: wholeNumber(1, 8760, 12),
  }),
  stopSeconds: 10,
  start: async (environment, log, metrics) => {
    const file = new AccountFile(() => openDatabase(environment.ACCOUNTS_FOLDER));
    const accounts = new SqliteAccounts(file);
    const sessionIdleSeconds = environment.SESSION_IDLE_MINUTES * 60;
    const builtIn = { demo: environment.DEMO_USERS, programPassword: environment.PROGRAM_PASSWORD };
    const ready = await prepareAccounts(accounts, builtIn, log);
    const app = createAuthApp({
      log,
      metrics,
      key: signingKey(environment.TOKEN_KEY),
      keySet: environment.TOKEN_KEYS,
      users: new UserDirectory(accounts),
      sessions: new Sessions(file, {
        key: environment.SESSION_SECRET,
        idleSeconds: sessionIdleSeconds,
        totalSeconds: environment.SESSION_HOURS * 3600,
      }),
      sessionIdleSeconds,
      ready,
      tokenSeconds: environment.TOKEN_SECONDS,
      failuresPerMinute: environment.TOKEN_FAILURES_PER_MINUTE,
    });
    return { app, close: async () => file.close() };
  },
});
