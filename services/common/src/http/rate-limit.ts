import { hash } from "node:crypto";
import type { Context } from "hono";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { LimitMetrics, QuotaObserver } from "../metrics/limit-metrics.ts";
import { Problem } from "./problem.ts";

export type Quota = {
  /** The policy's name in the headers. */
  name: string;
  /** What is counted, for the text of the 429: "orders of one user". */
  of: string;
  limit: number;
  windowSeconds: number;
};

/**
 * A quota for each key, within this process. A key's window begins when it first takes one. Answers to
 * counted requests have the headers `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers).
 *
 * A key of any length needs a few hundred bytes until its window ends. The caller must bound the number of
 * keys: call `take` only with keys that nobody can invent by the thousand.
 */
export class RateLimit {
  readonly #quota: Quota;
  readonly #limiter: RateLimiterMemory;
  readonly #observe: QuotaObserver | undefined;

  constructor(quota: Quota, limits?: LimitMetrics) {
    this.#quota = quota;
    this.#observe = limits?.quota(quota.name, quota.limit);
    this.#limiter = new RateLimiterMemory({ points: quota.limit, duration: quota.windowSeconds });
  }

  /** Takes nothing. Throws 429 if nothing is left. */
  async check(c: Context, ...key: string[]): Promise<void> {
    const taken = await this.#limiter.get(hashed(key));
    this.#tell(c, taken);
    if (taken !== null && taken.remainingPoints === 0) throw this.#refusal(taken);
  }

  /** Takes one. Throws 429 if none is left. */
  async take(c: Context, ...key: string[]): Promise<void> {
    const taken = await this.#limiter.penalty(hashed(key));
    this.#tell(c, taken);
    this.#observe?.(taken.consumedPoints / this.#quota.limit);
    if (taken.consumedPoints > this.#quota.limit) throw this.#refusal(taken);
  }

  #tell(c: Context, taken: RateLimiterRes | null): void {
    const { name, limit, windowSeconds } = this.#quota;
    const remaining = taken?.remainingPoints ?? limit;
    const seconds = taken === null ? windowSeconds : secondsLeft(taken);
    c.header("RateLimit-Policy", `"${name}";q=${limit};w=${windowSeconds}`);
    c.header("RateLimit", `"${name}";r=${remaining};t=${seconds}`);
  }

  #refusal(taken: RateLimiterRes): Problem {
    const { of, limit, windowSeconds } = this.#quota;
    const seconds = secondsLeft(taken);
    const detail = `At most ${limit} ${of} in ${windowSeconds} s; try again in ${seconds} s.`;
    return new Problem(429, "rate_limited", detail, { headers: { "Retry-After": String(seconds) } });
  }
}

/** A digest, so that different parts give different keys and none of them is stored in plain text. */
function hashed(key: string[]): string {
  return hash("sha256", JSON.stringify(key), "base64url");
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
