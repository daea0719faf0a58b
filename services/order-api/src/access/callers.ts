import { readFields } from "@orbital-witness/common/http/form-body.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { authenticate, bearerToken, fieldToken } from "./bearer-token.ts";

/** Returns the user of the token in the header. Every user may read. */
export function readingUser(tokens: TokenVerifier, request: Request): Promise<TokenUser> {
  return authenticate(tokens, bearerToken(request.headers.get("Authorization") ?? undefined));
}

/** The same for a user who may place and change orders. Throws 403 for others. */
export async function orderingUser(tokens: TokenVerifier, request: Request): Promise<TokenUser> {
  return mayOrder(await readingUser(tokens, request));
}

/** The same for an operator of the stack. Throws 403 for others. */
export async function operatingUser(tokens: TokenVerifier, request: Request): Promise<TokenUser> {
  const user = await readingUser(tokens, request);
  if (!user.operator) throw new Problem(403, "not_operator", "Only operators may see the stack.");
  return user;
}

/**
 * The same for a request with a body. The token may be in the field `token` instead of the header. A token in
 * the header is checked before the body is read.
 */
export async function orderingUserAndFields(
  tokens: TokenVerifier,
  request: Request,
): Promise<{ user: TokenUser; fields: Record<string, unknown> }> {
  const headerToken = bearerToken(request.headers.get("Authorization") ?? undefined);
  if (headerToken !== undefined) {
    const user = mayOrder(await authenticate(tokens, headerToken));
    const fields = await readFields(request);
    oneToken(headerToken, fieldToken(fields));
    return { user, fields };
  }
  const fields = await readFields(request);
  return { user: mayOrder(await authenticate(tokens, fieldToken(fields))), fields };
}

/** Returns the user of a token, who may place orders. Throws 401 and 403. */
export async function orderingUserOf(tokens: TokenVerifier, token: string | undefined): Promise<TokenUser> {
  return mayOrder(await authenticate(tokens, token));
}

/** Throws 400 if the field `token` holds another token than the header. */
export function oneToken(headerToken: string, token: string | undefined): void {
  if (token === undefined || token === headerToken) return;
  throw new Problem(400, "two_tokens", "The header and the field token hold different tokens.");
}

function mayOrder(user: TokenUser): TokenUser {
  if (!user.can_order) throw new Problem(403, "cannot_order", "This user may not order documents.");
  return user;
}
