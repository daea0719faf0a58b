import { createHash } from "node:crypto";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { firstForeignId } from "@orbital-witness/common/tokens/access-token.ts";
import { identitiesKey, lastIdentityKey } from "@orbital-witness/common/tokens/identity-keys.ts";

/** Shorter than the wait for the order itself, which follows. */
const limitMs = 1000;

/**
 * Gives each person of another issuer a user id of their own, because orders belong to numbers. Redis keeps
 * the ids in one hash: the field is the SHA-256 of issuer and subject, the value the id. A counter makes the
 * ids, so two people never get the same one, and the ids are above all ids of the Auth API.
 */
export class Identities {
  readonly #redis: Pick<RedisConnection, "hGet" | "hSetNX" | "incr">;

  constructor(redis: Pick<RedisConnection, "hGet" | "hSetNX" | "incr">) {
    this.#redis = redis;
  }

  /** @throws a 503 problem if Redis does not answer in time */
  async idOf(issuer: string, subject: string): Promise<number> {
    try {
      return await within(limitMs, this.#idOf(issuer, subject));
    } catch (cause) {
      const detail = "The user of the token cannot be looked up at the moment.";
      throw new Problem(503, "store_unavailable", detail, { headers: { "Retry-After": "1" }, cause });
    }
  }

  async #idOf(issuer: string, subject: string): Promise<number> {
    // Neither part can contain the zero byte: one is an address, and in the other it is refused.
    const field = createHash("sha256").update(`${issuer}\0${subject}`).digest("base64url");
    const known = await this.#redis.hGet(identitiesKey, field);
    if (known !== null) return Number(known);
    const next = firstForeignId + (await this.#redis.incr(lastIdentityKey));
    // Another request of this person may have been first.
    await this.#redis.hSetNX(identitiesKey, field, String(next));
    return Number(await this.#redis.hGet(identitiesKey, field));
  }
}
