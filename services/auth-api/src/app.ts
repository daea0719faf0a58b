import { issueToken } from "@orbital-witness/common/access-token.ts";
import { readFields } from "@orbital-witness/common/form-body.ts";
import { addHealthRoutes } from "@orbital-witness/common/health.ts";
import { createHttpApp, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http-app.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { Problem, parseFields } from "@orbital-witness/common/problem.ts";
import { z } from "zod";
import { findUser } from "./users.ts";

const filled = z
  .string("is required")
  .max(256, "must not be longer than 256 characters")
  .refine((value) => value.trim() !== "", "must not be blank");

const credentials = z.object({ username: filled, password: filled });

export type AuthOptions = { log: Log; key: Uint8Array; tokenSeconds: number };

/** `POST /token`: username and password against a token that lives for `tokenSeconds`. */
export function createAuthApp({ log, key, tokenSeconds }: AuthOptions): HttpApp {
  const app = createHttpApp(log);
  addHealthRoutes(app);

  app.use("/token", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.post("/token", async (c) => {
    const { username, password } = parseFields(credentials, await readFields(c.req.raw));
    const user = await findUser(username, password);
    if (!user) throw new Problem(401, "wrong_credentials", "The username or the password is wrong.");
    const token = await issueToken(key, user, tokenSeconds);
    c.var.log.info({ user_id: user.user_id }, "token issued");
    // `token` repeats it under the original's name, for the original's clients.
    return c.json({ access_token: token, token_type: "Bearer", expires_in: tokenSeconds, token });
  });
  app.all("/token", methodNotAllowed("POST"));
  return app;
}
