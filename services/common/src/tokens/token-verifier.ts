import { hash } from "node:crypto";
import { decodeJwt } from "jose";
import { TokenError, type TokenUser, verifyToken } from "./access-token.ts";
import type { VerifyingKeys } from "./token-keys.ts";

/** `expires`: until when the token need not be verified again, in seconds since the epoch. */
export type VerifiedToken = { user: TokenUser; expires: number };

/** Verifies the tokens of another issuer. Throws TokenError, or another error if it cannot tell. */
export type ForeignTokens = { issuer: string; verify(token: string): Promise<VerifiedToken> };

export type TokenVerifierOptions = {
  /** The issuer whose tokens are accepted beside our own. */
  foreign?: ForeignTokens | undefined;
  /** The number of tokens to remember. */
  most?: number;
};

/** Tokens of other issuers may hold much about their user. */
const mostLetters = 16 * 1024;
/** The longest token that is remembered as it is. Of others the hash is, which takes a few microseconds. */
const shortLetters = 1024;

/**
 * Verifies each token once and remembers it until it expires, because verifying a signature costs more than a
 * read from Redis.
 */
export class TokenVerifier {
  readonly #keys: VerifyingKeys;
  readonly #foreign: ForeignTokens | undefined;
  readonly #most: number;
  readonly #known = new Map<string, VerifiedToken>();

  constructor(keys: VerifyingKeys, { foreign, most = 10_000 }: TokenVerifierOptions = {}) {
    this.#keys = keys;
    this.#foreign = foreign;
    this.#most = most;
  }

  /** As `verifyToken`; also throws the errors of `foreign`. */
  async verify(token: string): Promise<TokenUser> {
    if (token.length > mostLetters) throw new TokenError("token_invalid", "The token is too long.");
    const name = token.length > shortLetters ? hash("sha256", token) : token;
    const known = this.#known.get(name);
    if (known && Math.floor(Date.now() / 1000) < known.expires) return known.user;
    this.#known.delete(name);
    const verified = await this.#verified(token);
    const [oldest] = this.#known.size < this.#most ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(name, verified);
    return verified.user;
  }

  async #verified(token: string): Promise<VerifiedToken> {
    if (!hasCanonicalSignature(token)) {
      throw new TokenError("token_invalid", "The token's signature is not in base64url without padding.");
    }
    // The claim is not verified yet. It only chooses who verifies the token, and both check it again.
    if (this.#foreign && issuerOf(token) === this.#foreign.issuer) return this.#foreign.verify(token);
    return { user: await verifyToken(this.#keys, token), expires: decodeJwt(token).exp ?? 0 };
  }
}

/**
 * False for a signature with padding, white space or unused bits that are set (RFC 7515, 2). jose ignores
 * them. One token would then have many spellings, each verified and remembered as a token of its own.
 */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
