import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Log } from "../log.ts";
import type { RequestObserver } from "../metrics/request-metrics.ts";
import { Problem, problemResponse } from "./problem.ts";

export type AppEnv = {
  /** Missing, all of it, in tests that call the app without a server. */
  Bindings: Partial<HttpBindings>;
  Variables: { requestId: string; log: Log };
};
export type HttpApp = Hono<AppEnv>;

const requestIdForm = /^[A-Za-z0-9_-]{1,64}$/;
/**
 * The router passes on headers of up to twice this size, so that the service answers most oversized requests
 * itself, with a problem document.
 */
const maxHeaderBytes = 128 * 1024;
const quietPaths = new Set(["/health", "/livez", "/readyz"]);

/**
 * Creates an app with what all services share: a request id (the router's, if it is safe to log), one log
 * line per request, and a problem document for every error. `observe` is told of each request.
 */
export function createHttpApp(log: Log, observe?: RequestObserver): HttpApp {
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    const started = performance.now();
    const given = c.req.header("X-Request-Id") ?? "";
    const requestId = requestIdForm.test(given) ? given : randomUUID();
    c.set("requestId", requestId);
    c.set("log", log.child({ request_id: requestId }));
    c.header("X-Request-Id", requestId);
    await next();
    // The query is left out because it may contain secrets. The path stays percent-encoded, because a decoded
    // path could contain control characters that a terminal obeys.
    const path = new URL(c.req.url).pathname.slice(0, 200);
    const line = { method: c.req.method, path, status: c.res.status };
    const ms = performance.now() - started;
    c.var.log[levelOf(c, "info")]({ ...line, ms: Math.round(ms) }, "request");
    observe?.(c, ms);
  });

  app.use((c, next) => {
    checkSize(c);
    return next();
  });

  app.notFound((c) => respond(c, new Problem(404, "not_found", "There is nothing at this address.")));
  app.onError((error, c) => respond(c, error));
  return app;
}

function checkSize(c: Context<AppEnv>): void {
  const { url, headers } = c.req.raw;
  let size = url.length;
  // Reading the headers as they arrived costs a tenth of making `Headers` from them.
  for (const text of c.env?.incoming?.rawHeaders ?? [...headers].flat()) size += text.length;
  if (size <= maxHeaderBytes) return;
  const detail = `The address and the headers must not be larger than ${maxHeaderBytes} bytes.`;
  throw new Problem(431, "headers_too_large", detail);
}

/**
 * Health is checked every few seconds, so its requests are logged at `debug`. A failing dependency logs its
 * own errors.
 */
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
    "The service failed unexpectedly. Its log has the reason, under this request id.",
  );
  return problemResponse(c, hidden, c.var.requestId);
}

/**
 * A handler for `app.all`, added after the methods of a path. It answers OPTIONS with the allowed methods,
 * and other methods with 405 instead of 404.
 */
export function methodNotAllowed(allowed: string): (c: Context) => Response {
  return (c) => {
    if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: allowed });
    throw new Problem(405, "method_not_allowed", `Allowed here: ${allowed}.`, {
      headers: { Allow: allowed },
    });
  };
}
