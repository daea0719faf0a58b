import { decodeJwt } from "jose";
import { type TokenUser, verifyToken } from "./access-token.ts";
import type { VerifyingKeys } from "./token-keys.ts";

/**
 * Verifies each token once and remembers it until it expires, because verifying a signature costs more than a
 * read from Redis.
 */
export class TokenVerifier {
  readonly #keys: VerifyingKeys;
  readonly #most: number;
  readonly #known = new Map<string, { user: TokenUser; expires: number }>();

  /** `most`: the number of tokens to remember. */
  constructor(keys: VerifyingKeys, most = 10_000) {
    this.#keys = keys;
    this.#most = most;
  }

  /** As `verifyToken`. */
  async verify(token: string): Promise<TokenUser> {
    const known = this.#known.get(token);
    if (known && Math.floor(Date.now() / 1000) < known.expires) return known.user;
    this.#known.delete(token);
    const user = await verifyToken(this.#keys, token);
    const [oldest] = this.#known.size < this.#most ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(token, { user, expires: decodeJwt(token).exp ?? 0 });
    return user;
  }
}
