import { clientNetwork } from "@orbital-witness/common/http/client-address.ts";
import { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { LimitMetrics } from "@orbital-witness/common/metrics/limit-metrics.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { Context } from "hono";
import { spellingOf } from "../accounts/account.ts";
import type { UserDirectory } from "../accounts/user-directory.ts";
import { orUnavailable } from "./unavailable.ts";

/** Checks passwords, with limits for wrong ones and for the work that a check costs. */
export class SignIn {
  readonly #users: UserDirectory;
  readonly #failures: RateLimit;
  // Each hash takes one core and 19 MiB for about 30 ms, so the last waiting request waits one to two
  // seconds. One network can fill only half of the queue.
  readonly #hashing = new ConcurrencyLimiter({
    slots: 2,
    waiting: 64,
    waitingPerClient: 32,
    retrySeconds: 1,
  });

  constructor(users: UserDirectory, failuresPerMinute: number, limits?: LimitMetrics) {
    this.#users = users;
    // Failures count by user and network together. If they counted by user alone, anybody could lock out
    // anybody else. If they counted by network alone, one customer's guesses would lock out everybody with
    // the same address. Only a hashed password adds a key, so the number of keys is bounded.
    this.#failures = new RateLimit(
      {
        name: "failed-logins",
        of: "failed logins of one user from one address",
        limit: failuresPerMinute,
        windowSeconds: 60,
      },
      limits,
    );
    limits?.slots("passwords", this.#hashing);
  }

  /** @returns undefined if the username or the password is wrong. @throws Problem 429 and 503 */
  async check(c: Context<AppEnv>, username: string, password: string): Promise<TokenUser | undefined> {
    const network = clientNetwork(c);
    const login = [spellingOf(username), network];
    await this.#failures.check(c, ...login);
    return this.#hashing.run(network, c.req.raw.signal, async () => {
      // Checked again, because other logins may have failed while this one waited.
      await this.#failures.check(c, ...login);
      const found = await orUnavailable(this.#users.find(username, password));
      if (!found) await this.#failures.take(c, ...login);
      return found;
    });
  }
}
