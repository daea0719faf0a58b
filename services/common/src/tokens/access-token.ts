import { createSecretKey } from "node:crypto";
import { type CryptoKey, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

const issuer = "orbital-witness/auth-api";
const audience = "orbital-witness/order-api";
const algorithm = "HS256";
/** Our tokens have about 300 characters. Longer ones are not worth hashing. */
const maxLength = 4096;

export type TokenUser = { user_id: number; username: string; can_order: boolean };

const claims = z
  .object({
    sub: z.string(),
    user_id: z.int().positive(),
    username: z.string().min(1).max(256),
    // Only `true` itself grants the right; "true" and 1 do not.
    can_order: z
      .unknown()
      .optional()
      .transform((value) => value === true),
  })
  .refine(({ sub, user_id }) => sub === String(user_id));

/** The token grants no access. The message may be shown: it contains nothing of the token. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly code: "token_expired" | "token_invalid";

  constructor(code: TokenError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The key that signs and verifies tokens. jose would import a key of bytes again for each token. */
export type TokenKey = CryptoKey;

export function tokenKey(secret: string): TokenKey {
  const usages = ["sign", "verify"] as const;
  return createSecretKey(secret, "utf8").toCryptoKey({ name: "HMAC", hash: "SHA-256" }, false, usages);
}

/** A signed token with the user's claims beside the registered ones. It expires in `seconds`. */
export function issueToken(key: TokenKey, user: TokenUser, seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ user_id: user.user_id, username: user.username, can_order: user.can_order })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(String(user.user_id))
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(key);
}

/** Throws TokenError unless the token is an unexpired HS256 token of our own issuer with all claims. */
export async function verifyToken(key: TokenKey, token: string): Promise<TokenUser> {
  if (token.length > maxLength) throw new TokenError("token_invalid", "The token is too long.");
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: 0,
    });
    const { user_id, username, can_order } = claims.parse(payload);
    return { user_id, username, can_order };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) {
      throw new TokenError("token_expired", "The token has expired.", { cause });
    }
    if (cause instanceof errors.JOSEError || cause instanceof z.ZodError) {
      throw new TokenError("token_invalid", "The token is not valid.", { cause });
    }
    throw cause;
  }
}
