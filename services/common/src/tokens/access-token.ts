import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { SigningKey, VerifyingKeys } from "./token-keys.ts";

const issuer = "orbital-witness/auth-api";
const audience = "orbital-witness/order-api";
const algorithm = "EdDSA";
const type = "JWT";
/** Our tokens have about 450 characters. Longer ones are not worth hashing. */
const maxLength = 4096;

export type TokenUser = { user_id: number; username: string; can_order: boolean; operator: boolean };

/** Ids from here on belong to people of another issuer. They are written out in full by Lua and JSON. */
export const firstForeignId = 1_000_000_000_000;

// Only `true` itself grants a right; "true" and 1 do not.
const right = z
  .unknown()
  .optional()
  .transform((value) => value === true);

const claims = z
  .object({
    sub: z.string(),
    user_id: z.int().positive().lt(firstForeignId),
    username: z.string().min(1).max(256),
    can_order: right,
    operator: right,
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

/** A signed token with the user's claims beside the registered ones. It expires in `seconds`. */
export function issueToken(signing: SigningKey, user: TokenUser, seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const { user_id, username, can_order, operator } = user;
  return new SignJWT({ user_id, username, can_order, operator })
    .setProtectedHeader({ alg: algorithm, kid: signing.kid, typ: type })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(String(user.user_id))
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(signing.key);
}

/**
 * Throws TokenError unless the token is an unexpired token of our own issuer with all claims, signed by one
 * of the keys. Its header chooses the key by `kid`; a key or an address of keys in it has no effect.
 */
export async function verifyToken(keys: VerifyingKeys, token: string): Promise<TokenUser> {
  if (token.length > maxLength) throw new TokenError("token_invalid", "The token is too long.");
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => keyOf(keys, kid), {
      algorithms: [algorithm],
      typ: type,
      issuer,
      audience,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: 0,
    });
    const { user_id, username, can_order, operator } = claims.parse(payload);
    return { user_id, username, can_order, operator };
  } catch (cause) {
    throw refusalOf(cause);
  }
}

/** Returns the TokenError for a token that jose or the schema of its claims refused. Other errors stay. */
export function refusalOf(cause: unknown): unknown {
  if (cause instanceof errors.JWTExpired) {
    return new TokenError("token_expired", "The token has expired.", { cause });
  }
  if (cause instanceof errors.JOSEError || cause instanceof z.ZodError) {
    return new TokenError("token_invalid", "The token is not valid.", { cause });
  }
  return cause;
}

function keyOf(keys: VerifyingKeys, kid: string | undefined) {
  const key = kid === undefined ? undefined : keys.get(kid);
  if (key === undefined)
    throw new TokenError("token_invalid", "No known key signed the token; get a new one.");
  return key;
}
