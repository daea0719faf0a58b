import { Problem } from "@orbital-witness/common/http/problem.ts";
import { TokenError, type TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { KeysUnavailable } from "./issuer/issuer-keys.ts";

const bearerForm = /^Bearer +(\S+) *$/i;

/**
 * Returns the token in an Authorization header, or undefined if there is no header. Throws 401 for another
 * scheme.
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = bearerForm.exec(header)?.[1];
  if (token === undefined) throw missingToken();
  return token;
}

/**
 * Returns the field `token`, or undefined if it is missing or empty. Throws 401 if it is not text, or was
 * given several times.
 */
export function fieldToken(fields: Record<string, unknown>): string | undefined {
  const { token } = fields;
  if (token === undefined || typeof token === "string") return token || undefined;
  throw refused(new TokenError("token_invalid", "The field token must hold a single token."));
}

/** Returns the token's user. Throws 401 with the reason in `WWW-Authenticate` (RFC 6750). */
export async function authenticate(tokens: TokenVerifier, token: string | undefined): Promise<TokenUser> {
  if (token === undefined) throw missingToken();
  try {
    return await tokens.verify(token);
  } catch (cause) {
    if (cause instanceof TokenError) throw refused(cause);
    if (cause instanceof KeysUnavailable) throw issuerUnavailable(cause);
    throw cause;
  }
}

function refused(cause: TokenError): Problem {
  const challenge = `Bearer error="invalid_token", error_description="${cause.message}"`;
  return new Problem(401, cause.code, cause.message, { headers: { "WWW-Authenticate": challenge }, cause });
}

function issuerUnavailable(cause: KeysUnavailable): Problem {
  const detail = "The token cannot be checked, because its issuer does not answer. Try again shortly.";
  return new Problem(503, "issuer_unavailable", detail, { headers: { "Retry-After": "5" }, cause });
}

function missingToken(): Problem {
  return new Problem(
    401,
    "token_missing",
    "A token is required: in the header Authorization: Bearer, or in the field token of an order.",
    {
      headers: { "WWW-Authenticate": "Bearer" },
    },
  );
}
