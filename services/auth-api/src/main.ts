import { jwtSecretVariable, wholeNumber } from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/http/serve.ts";
import { tokenKey } from "@orbital-witness/common/tokens/access-token.ts";
import { z } from "zod";
import { demoUsers } from "./accounts/users.ts";
import { createAuthApp } from "./app.ts";

await runService("auth-api", {
  variables: z.object({
    JWT_SECRET: jwtSecretVariable,
    TOKEN_SECONDS: wholeNumber(1, 86_400, 30),
    TOKEN_FAILURES_PER_MINUTE: wholeNumber(1, 10_000, 10),
  }),
  stopSeconds: 10,
  start: ({ JWT_SECRET, TOKEN_SECONDS, TOKEN_FAILURES_PER_MINUTE }, log) => ({
    app: createAuthApp({
      log,
      key: tokenKey(JWT_SECRET),
      users: demoUsers,
      tokenSeconds: TOKEN_SECONDS,
      failuresPerMinute: TOKEN_FAILURES_PER_MINUTE,
    }),
  }),
});
