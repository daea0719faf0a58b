import type { createRoute, OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";
import type { Handler } from "hono";

export type OrderApi = OpenAPIHono<AppEnv>;

/**
 * A method of a path: its definition, which is its part of the API's document and what it parses by, and what it does. `path` as hono has it, for those with a
 * parameter that is not all between two slashes.
 */
export type Endpoint = { route: ReturnType<typeof createRoute>; path?: string; handle: Handler<AppEnv> };

/** Adds the endpoints, and 405 for their paths' other methods. */
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
  400: "A header or the body cannot be read",
  401: "The token is missing, wrong or expired",
  403: "This user may not order",
  404: "No order of yours has this id, or not this part of a result",
  406: "There is no format of the result that `Accept` takes",
  409: "The order, or the key, is not in the state for it",
  413: "The body is too large",
  415: "The body is of a type that is not read",
  416: "The range begins after the end",
  422: "A field is wrong, or the Idempotency-Key belongs to another request",
  429: "Too many; `Retry-After` says how many seconds to wait",
  503: "Temporarily unavailable; `Retry-After` says how many seconds to wait",
} as const;

/** The responses of these statuses, for a route. */
export function problemResponses(...statuses: (keyof typeof problems)[]): RouteConfig["responses"] {
  const content = { "application/problem+json": { schema: problemSchema } };
  return Object.fromEntries(statuses.map((status) => [status, { description: problems[status], content }]));
}

/** Either of the ways to name the token; see the document's `securitySchemes`. */
export const security = [{ password: [] }, { bearer: [] }];
