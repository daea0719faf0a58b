import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import type { Log } from "../log.ts";
import { Problem, problemResponse } from "./problem.ts";

export type AppEnv = { Variables: { requestId: string; log: Log } };
export type HttpApp = Hono<AppEnv>;

const requestIdForm = /^[A-Za-z0-9_-]{1,64}$/;
const quietPaths = new Set(["/health", "/livez", "/readyz"]);

/**
 * An app with what all services share: a request id (the router's, if it is one that can be logged), one
 * log line per request, and problem documents for every error.
 */
export function createHttpApp(log: Log): HttpApp {
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    const started = performance.now();
    const given = c.req.header("X-Request-Id") ?? "";
    const requestId = requestIdForm.test(given) ? given : randomUUID();
    c.set("requestId", requestId);
    c.set("log", log.child({ request_id: requestId }));
    c.header("X-Request-Id", requestId);
    await next();
    // The path alone: a query may carry what does not belong in a log. As it came, percent-encoded: decoded, it could
    // hold what a terminal obeys.
    const path = new URL(c.req.url).pathname.slice(0, 200);
    const line = { method: c.req.method, path, status: c.res.status };
    const ms = Math.round(performance.now() - started);
    c.var.log[levelOf(c, "info")]({ ...line, ms }, "request");
  });

  app.notFound((c) => respond(c, new Problem(404, "not_found", "There is nothing at this address.")));
  app.onError((error, c) => respond(c, error));
  return app;
}

/** Health is asked every few seconds: what makes it fail is logged where it fails. */
function levelOf(c: Context, usual: "info" | "warn"): "debug" | "info" | "warn" {
  return quietPaths.has(c.req.path) ? "debug" : usual;
}

function respond(c: Context<AppEnv>, error: Error): Response {
  if (error instanceof Problem) {
    if (error.status >= 500)
      c.var.log[levelOf(c, "warn")]({ err: error, code: error.code }, "request failed");
    return problemResponse(c, error, c.var.requestId);
  }
  c.var.log.error({ err: error }, "unexpected error");
  const hidden = new Problem(
    500,
    "internal_error",
    "Something went wrong here. The request id finds it in our log.",
  );
  return problemResponse(c, hidden, c.var.requestId);
}

/**
 * For `app.all` after a path's own methods, so that a wrong method is not answered as a wrong path, and OPTIONS by
 * what there is.
 */
export function methodNotAllowed(allowed: string): (c: Context) => Response {
  return (c) => {
    if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: allowed });
    throw new Problem(405, "method_not_allowed", `Only ${allowed} is allowed here.`, {
      headers: { Allow: allowed },
    });
  };
}
