import type { createRoute, OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";
import type { Handler } from "hono";

export type OrderApi = OpenAPIHono<AppEnv>;

/**
 * A method of a path: its definition in the OpenAPI document, and its handler. `path` is Hono's form of the path, where a
 * parameter is only a part of a segment.
 */
export type Endpoint = { route: ReturnType<typeof createRoute>; path?: string; handle: Handler<AppEnv> };

/** Adds the endpoints, and answers 405 to the other methods of their paths. */
export function addEndpoints(api: OrderApi, endpoints: readonly Endpoint[]): void {
  const methods = new Map<string, string[]>();
  for (const { route, path = route.getRoutingPath(), handle } of endpoints) {
    api.openAPIRegistry.registerPath(route);
    api.on(route.method, path, handle);
    const allowed = route.method === "get" ? ["GET", "HEAD"] : [route.method.toUpperCase()];
    methods.set(path, [...(methods.get(path) ?? []), ...allowed]);
  }
  for (const [path, allowed] of methods) api.all(path, methodNotAllowed([...allowed, "OPTIONS"].join(", ")));
}

const problems = {
  400: "A header or the body is malformed",
  401: "The token is missing, wrong or expired",
  403: "This user may not order",
  404: "You have no order with this id, or its result has no such part",
  406: "No format of the result matches `Accept`",
  409: "The state of the order, or of the Idempotency-Key, does not allow it",
  413: "The body is larger than 64 KiB",
  415: "The body has an unsupported media type, or is compressed",
  416: "The range begins after the end",
  422: "A field is wrong, or the Idempotency-Key belongs to another request",
  429: "Too many requests; `Retry-After` says how many seconds to wait",
  503: "Temporarily unavailable; `Retry-After` says how many seconds to wait",
} as const;

/** A route's responses with these statuses. */
export function problemResponses(...statuses: (keyof typeof problems)[]): RouteConfig["responses"] {
  const content = { "application/problem+json": { schema: problemSchema } };
  return Object.fromEntries(statuses.map((status) => [status, { description: problems[status], content }]));
}

/** Two ways to get and send the same token; see the document's `securitySchemes`. */
export const security = [{ password: [] }, { bearer: [] }];
