import { addHealthRoutes } from "@orbital-witness/common/http/health.ts";
import { createHttpApp, type HttpApp, methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { LimitMetrics } from "@orbital-witness/common/metrics/limit-metrics.ts";
import { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { requestMetrics } from "@orbital-witness/common/metrics/request-metrics.ts";
import type { PublicKeySet } from "@orbital-witness/common/tokens/token-keys.ts";
import { addSessionEndpoint } from "./endpoints/session-endpoint.ts";
import { SignIn } from "./endpoints/sign-in.ts";
import { addTokenEndpoint } from "./endpoints/token-endpoint.ts";
import { TokenIssuer, type TokenOptions } from "./endpoints/token-issuer.ts";

export type AuthOptions = TokenOptions & {
  log: Log;
  metrics?: Metrics;
  /** What `GET /.well-known/jwks.json` returns. */
  keySet: PublicKeySet;
  /** Resolves if users can sign in. */
  ready: () => Promise<unknown>;
  /** Wrong passwords for one user from one network. */
  failuresPerMinute: number;
  /** How long browsers keep the cookie of a session that is not refreshed. */
  sessionIdleSeconds: number;
};

/** Tokens for programs at `/token`, sessions of browsers at `/session`, and the public keys. */
export function createAuthApp(options: AuthOptions): HttpApp {
  const { log, metrics = new Metrics() } = options;
  const app = createHttpApp(log, requestMetrics(metrics));
  addHealthRoutes(app, { accounts: options.ready });

  const keySetText = JSON.stringify(options.keySet);
  app.get("/.well-known/jwks.json", (c) =>
    c.body(keySetText, 200, {
      "Content-Type": "application/jwk-set+json",
      // A rotation signs with a new key as soon as it is published.
      "Cache-Control": "no-cache",
    }),
  );
  app.all("/.well-known/jwks.json", methodNotAllowed("GET, HEAD"));

  const signIn = new SignIn(options.users, options.failuresPerMinute, new LimitMetrics(metrics));
  const tokens = new TokenIssuer(options);
  addTokenEndpoint(app, signIn, tokens);
  addSessionEndpoint(app, signIn, tokens, options.sessionIdleSeconds);
  return app;
}
