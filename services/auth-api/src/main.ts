import { flagVariable, folderVariable, wholeNumber } from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/http/serve.ts";
import {
  publicKeySetVariable,
  signingKey,
  signingKeyVariable,
} from "@orbital-witness/common/tokens/token-keys.ts";
import { z } from "zod";
import { prepareAccounts } from "./accounts/prepare-accounts.ts";
import { openDatabase } from "./accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "./accounts/sqlite/sqlite-accounts.ts";
import { UserDirectory } from "./accounts/user-directory.ts";
import { createAuthApp } from "./app.ts";

await runService("auth-api", {
  variables: z.object({
    TOKEN_KEY: signingKeyVariable,
    TOKEN_KEYS: publicKeySetVariable,
    TOKEN_SECONDS: wholeNumber(1, 86_400, 30),
    TOKEN_FAILURES_PER_MINUTE: wholeNumber(1, 10_000, 10),
    ACCOUNTS_FOLDER: folderVariable,
    DEMO_USERS: flagVariable,
  }),
  stopSeconds: 10,
  start: async (environment, log) => {
    const accounts = new SqliteAccounts(() => openDatabase(environment.ACCOUNTS_FOLDER));
    const ready = await prepareAccounts(accounts, { demo: environment.DEMO_USERS }, log);
    const app = createAuthApp({
      log,
      key: signingKey(environment.TOKEN_KEY),
      keySet: environment.TOKEN_KEYS,
      users: new UserDirectory(accounts),
      ready,
      tokenSeconds: environment.TOKEN_SECONDS,
      failuresPerMinute: environment.TOKEN_FAILURES_PER_MINUTE,
    });
    return { app, close: async () => accounts.close() };
  },
});
