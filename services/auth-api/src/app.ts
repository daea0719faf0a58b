import { clientNetwork } from "@orbital-witness/common/http/client-address.ts";
import { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { readFields } from "@orbital-witness/common/http/form-body.ts";
import { addHealthRoutes } from "@orbital-witness/common/http/health.ts";
import { createHttpApp, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { issueToken } from "@orbital-witness/common/tokens/access-token.ts";
import { z } from "zod";
import { findUser } from "./accounts/users.ts";

const filled = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : "must be text") })
  .max(256, "must not be longer than 256 characters")
  .refine((value) => value.trim() !== "", "must not be blank");

const credentials = z.object({ username: filled, password: filled });

export type AuthOptions = {
  log: Log;
  key: Uint8Array;
  tokenSeconds: number;
  /** Wrong passwords of one user from one network. */
  failuresPerMinute: number;
};

/** `POST /token`: username and password against a token that lives for `tokenSeconds`. */
export function createAuthApp({ log, key, tokenSeconds, failuresPerMinute }: AuthOptions): HttpApp {
  const app = createHttpApp(log);
  // By user and network together: by the user alone, anybody could lock anybody out; by the network alone, one
  // customer's guesses would be the end of all who share an address. Its keys are bounded by what can be hashed in a
  // minute, since nothing else takes from it.
  const failures = new RateLimit({
    name: "failed-logins",
    of: "failed logins of one user from one address",
    limit: failuresPerMinute,
    windowSeconds: 60,
  });
  // Each hash takes a core and 19 MiB, for some 30 ms: the last in the row waits for one to two
  // seconds. Half of the row stays free for others, whatever comes from one network.
  const hashing = new ConcurrencyLimiter({ slots: 2, waiting: 64, waitingPerClient: 32, retrySeconds: 1 });
  addHealthRoutes(app);

  app.use("/token", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.post("/token", async (c) => {
    const { username, password } = parseFields(credentials, await readFields(c.req.raw));
    const network = clientNetwork(c);
    const login = [normalized(username), network];
    await failures.check(c, ...login);
    const user = await hashing.run(network, c.req.raw.signal, async () => {
      // Others may have failed while this one waited.
      await failures.check(c, ...login);
      const found = await findUser(username, password);
      if (!found) await failures.take(c, ...login);
      return found;
    });
    if (!user) throw new Problem(401, "wrong_credentials", "The username or the password is wrong.");
    const token = await issueToken(key, user, tokenSeconds);
    c.var.log.info({ user_id: user.user_id }, "token issued");
    // `token` repeats it under the original's name, for the original's clients.
    return c.json({ access_token: token, token_type: "Bearer", expires_in: tokenSeconds, token });
  });
  app.all("/token", methodNotAllowed("POST"));
  return app;
}

/** Spellings that a reader takes for the same name share a quota. */
function normalized(username: string): string {
  return username.normalize("NFKC").trim().toLowerCase();
}
