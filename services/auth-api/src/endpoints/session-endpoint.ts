import { readFields } from "@orbital-witness/common/http/form-body.ts";
import { type AppEnv, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { Problem, parseFields } from "@orbital-witness/common/http/problem.ts";
import type { sessionOptionsSchema } from "@orbital-witness/common/tokens/token-request.ts";
import { tokenRequestSchema } from "@orbital-witness/common/tokens/token-request.ts";
import { beginRequestSpan } from "@orbital-witness/common/tracing/request-span.ts";
import type { Context } from "hono";
import type { z } from "zod";
import { refuseCrossOrigin } from "./same-origin.ts";
import { clearSessionCookie, sessionCookie, setSessionCookie } from "./session-cookie.ts";
import type { SignIn } from "./sign-in.ts";
import { wrongCredentials } from "./token-endpoint.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/**
 * Adds the sessions of browsers. `POST /session` signs in, `POST /session/refresh` renews the access token,
 * and `DELETE /session` signs out. The refresh token is in a cookie that scripts cannot read.
 * `GET /session/options` tells a sign-in page which demo users it may offer.
 */
export function addSessionEndpoint(
  app: HttpApp,
  signIn: SignIn,
  tokens: TokenIssuer,
  idleSeconds: number,
): void {
  app.use("/session/*", async (c, next) => {
    c.header("Cache-Control", "no-store");
    refuseCrossOrigin(c);
    await next();
  });
  app.post("/session", async (c) => {
    beginRequestSpan(c, "login", { route: "/session" });
    const { username, password } = parseFields(tokenRequestSchema, await readFields(c.req.raw));
    const user = await signIn.check(c, username, password);
    if (user === undefined) throw wrongCredentials();
    setSessionCookie(c, await tokens.beginSession(user), idleSeconds);
    return c.json(await tokens.issue(c, user));
  });
  app.post("/session/refresh", async (c) => {
    const cookie = sessionCookie(c);
    if (cookie === undefined) {
      throw new Problem(401, "session_missing", "There is no session: sign in with POST /session.");
    }
    const renewal = await tokens.renew(c, cookie);
    if (renewal.outcome !== "refreshed") throw sessionEnded(c);
    setSessionCookie(c, renewal.refreshToken, idleSeconds);
    return c.json(renewal.token);
  });
  app.get("/session/options", async (c) =>
    c.json({ demo_users: await tokens.demoUsers() } satisfies z.input<typeof sessionOptionsSchema>),
  );
  app.delete("/session", async (c) => {
    const cookie = sessionCookie(c);
    if (cookie !== undefined) await tokens.endSession(cookie);
    clearSessionCookie(c);
    return c.body(null, 204);
  });
  app.all("/session", methodNotAllowed("POST, DELETE"));
  app.all("/session/refresh", methodNotAllowed("POST"));
  app.all("/session/options", methodNotAllowed("GET, HEAD"));
}

/** The answer for an expired, ended or unknown session, which says nothing about the reason. */
function sessionEnded(c: Context<AppEnv>): Problem {
  clearSessionCookie(c);
  return new Problem(401, "session_ended", "The session has ended: sign in again with POST /session.");
}
