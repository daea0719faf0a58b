import { clientNetwork } from "@orbital-witness/common/http/client-address.ts";
import { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { readFields } from "@orbital-witness/common/http/form-body.ts";
import { addHealthRoutes } from "@orbital-witness/common/http/health.ts";
import { createHttpApp, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { issueToken } from "@orbital-witness/common/tokens/access-token.ts";
import type { PublicKeySet, SigningKey } from "@orbital-witness/common/tokens/token-keys.ts";
import { type TokenAnswer, tokenRequestSchema } from "@orbital-witness/common/tokens/token-request.ts";
import { AccountsUnavailable, spellingOf } from "./accounts/account.ts";
import type { UserDirectory } from "./accounts/user-directory.ts";

export type AuthOptions = {
  log: Log;
  /** Signs the tokens. */
  key: SigningKey;
  /** What `GET /.well-known/jwks.json` returns. */
  keySet: PublicKeySet;
  users: UserDirectory;
  /** Resolves if users can sign in. */
  ready: () => Promise<unknown>;
  tokenSeconds: number;
  /** Wrong passwords for one user from one network. */
  failuresPerMinute: number;
};

/** `POST /token` exchanges username and password for a token that is valid for `tokenSeconds`. */
export function createAuthApp(options: AuthOptions): HttpApp {
  const { log, key, keySet, users, ready, tokenSeconds, failuresPerMinute } = options;
  const app = createHttpApp(log);
  // Failures count by user and network together. If they counted by user alone, anybody could lock out
  // anybody else. If they counted by network alone, one customer's guesses would lock out everybody with the
  // same address. Only a hashed password adds a key, so the number of keys is bounded.
  const failures = new RateLimit({
    name: "failed-logins",
    of: "failed logins of one user from one address",
    limit: failuresPerMinute,
    windowSeconds: 60,
  });
  // Each hash takes one core and 19 MiB for about 30 ms, so the last waiting request waits one to two
  // seconds. One network can fill only half of the queue.
  const hashing = new ConcurrencyLimiter({ slots: 2, waiting: 64, waitingPerClient: 32, retrySeconds: 1 });
  addHealthRoutes(app, { accounts: ready });

  const keySetText = JSON.stringify(keySet);
  app.get("/.well-known/jwks.json", (c) =>
    c.body(keySetText, 200, {
      "Content-Type": "application/jwk-set+json",
      // A rotation signs with a new key as soon as it is published.
      "Cache-Control": "no-cache",
    }),
  );
  app.all("/.well-known/jwks.json", methodNotAllowed("GET, HEAD"));

  app.use("/token", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.post("/token", async (c) => {
    const { username, password } = parseFields(tokenRequestSchema, await readFields(c.req.raw));
    const network = clientNetwork(c);
    const login = [spellingOf(username), network];
    await failures.check(c, ...login);
    const user = await hashing.run(network, c.req.raw.signal, async () => {
      // Checked again, because other logins may have failed while this one waited.
      await failures.check(c, ...login);
      const found = await orUnavailable(users.find(username, password));
      if (!found) await failures.take(c, ...login);
      return found;
    });
    if (!user) throw new Problem(401, "wrong_credentials", "The username or the password is wrong.");
    const token = await issueToken(key, user, tokenSeconds);
    c.var.log.info({ user_id: user.user_id }, "token issued");
    // Earlier versions had the token only as `token`, which their clients still read.
    const answer = { access_token: token, token_type: "Bearer", expires_in: tokenSeconds, token } as const;
    return c.json(answer satisfies TokenAnswer);
  });
  app.all("/token", methodNotAllowed("POST"));
  return app;
}

/** Turns a failure of the account store into an answer. The log has the reason. */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof AccountsUnavailable)) throw cause;
    const detail = "The accounts cannot be read at the moment, so nobody can sign in.";
    throw new Problem(503, "accounts_unavailable", detail, { cause, headers: { "Retry-After": "5" } });
  }
}
