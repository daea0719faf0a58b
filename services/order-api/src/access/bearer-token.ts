import { Problem } from "@orbital-witness/common/http/problem.ts";
import { TokenError, type TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";

const bearerForm = /^Bearer +(\S+) *$/i;

/** The token of an Authorization header; undefined without the header, 401 for another scheme. */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = bearerForm.exec(header)?.[1];
  if (token === undefined) throw missingToken();
  return token;
}

/** The field `token`; undefined without it or with nothing in it, 401 for a thing that is no string or was given twice. */
export function fieldToken(fields: Record<string, unknown>): string | undefined {
  const { token } = fields;
  if (token === undefined || typeof token === "string") return token || undefined;
  throw refused(new TokenError("token_invalid", "The field token must be one token."));
}

/** The token's user, or a 401 problem that says by RFC 6750 what is wrong with it. */
export async function authenticate(tokens: TokenVerifier, token: string | undefined): Promise<TokenUser> {
  if (token === undefined) throw missingToken();
  try {
    return await tokens.verify(token);
  } catch (cause) {
    if (!(cause instanceof TokenError)) throw cause;
    throw refused(cause);
  }
}

function refused(cause: TokenError): Problem {
  const challenge = `Bearer error="invalid_token", error_description="${cause.message}"`;
  return new Problem(401, cause.code, cause.message, { headers: { "WWW-Authenticate": challenge }, cause });
}

function missingToken(): Problem {
  return new Problem(
    401,
    "token_missing",
    "A token is needed: Authorization: Bearer, or the field token of an order.",
    {
      headers: { "WWW-Authenticate": "Bearer" },
    },
  );
}
