import { readFields } from "@orbital-witness/common/http/form-body.ts";
import { type AppEnv, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import { type TokenAnswer, tokenRequestSchema } from "@orbital-witness/common/tokens/token-request.ts";
import { beginRequestSpan } from "@orbital-witness/common/tracing/request-span.ts";
import type { Context } from "hono";
import { answerGrant } from "./grants.ts";
import type { SignIn } from "./sign-in.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/**
 * Adds `POST /token`. With a `grant_type` it is the token endpoint of RFC 6749. Without one it exchanges
 * username and password for an access token, as in earlier versions.
 */
export function addTokenEndpoint(app: HttpApp, signIn: SignIn, tokens: TokenIssuer): void {
  app.use("/token", async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.post("/token", async (c) => {
    beginRequestSpan(c, "login", { route: "/token" });
    const fields = await readFields(c.req.raw);
    // RFC 6749 treats an empty parameter as omitted.
    const isGrant = fields.grant_type !== undefined && fields.grant_type !== "";
    return isGrant ? answerGrant(c, fields, signIn, tokens) : answerLogin(c, fields, signIn, tokens);
  });
  app.all("/token", methodNotAllowed("POST"));
}

async function answerLogin(
  c: Context<AppEnv>,
  fields: Record<string, unknown>,
  signIn: SignIn,
  tokens: TokenIssuer,
): Promise<Response> {
  const { username, password } = parseFields(tokenRequestSchema, fields);
  const user = await signIn.check(c, username, password);
  if (user === undefined) throw wrongCredentials();
  const issued = await tokens.issue(c, user);
  // Earlier versions had the token only as `token`, which their clients still read.
  return c.json({ ...issued, token: issued.access_token } satisfies TokenAnswer);
}

export function wrongCredentials(): Problem {
  return new Problem(401, "wrong_credentials", "The username or the password is wrong.");
}
