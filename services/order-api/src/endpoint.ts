import { STATUS_CODES } from "node:http";
import type { createRoute, OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";
import type { Handler } from "hono";
import type { z } from "zod";

export type OrderApi = OpenAPIHono<AppEnv>;

/**
 * A method of a path: its definition in the OpenAPI document, and its handler. `path` is the path in Hono's
 * form, needed if a parameter is only a part of a segment.
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
  401: "The token is missing, invalid or expired",
  403: "This user may not order",
  404: "You have no order with this id",
  406: "No format of the result matches `Accept`",
  408: "The body arrived too slowly",
  409: "The status of the order does not allow this",
  412: "The page was corrected meanwhile; `ETag` names its revision",
  413: "The body is larger than 64 KiB",
  415: "The body has an unsupported media type, or is compressed",
  416: "The range begins after the end",
  422: "A field is invalid",
  428: "`If-Match` is missing",
  429: "Too many requests; `Retry-After` says how many seconds to wait",
  503: "Temporarily unavailable; `Retry-After` says how many seconds to wait",
} as const;

type Example = [code: string, detail: string];

const examples: Record<keyof typeof problems, Example> = {
  400: ["malformed_body", "The body is not valid JSON."],
  401: ["token_expired", "The token has expired."],
  403: ["cannot_order", "This user may not order documents."],
  404: ["order_not_found", "There is no order with this id."],
  406: ["not_acceptable", "The result is available as application/json, text/plain, application/pdf."],
  408: ["upload_too_slow", "The document arrives too slowly. Nothing was ordered."],
  409: ["order_ended", "The order has already ended."],
  412: [
    "revision_changed",
    "Page 1 is now at revision 2, so your words may be others. Nothing was changed. Get the page again, " +
      "and correct that.",
  ],
  413: ["body_too_large", "The body must not be larger than 65536 bytes."],
  415: ["unsupported_content_encoding", "The body must not be compressed: send it without Content-Encoding."],
  416: ["range_not_satisfiable", "The image has 81920 bytes, and the range begins after them."],
  422: ["invalid_fields", "document_type is required"],
  428: [
    "revision_required",
    "If-Match must be the page's ETag, so that the words that you mean are corrected. Get the page first.",
  ],
  429: ["rate_limited", "At most 600 orders of one user in 60 s; try again in 12 s."],
  503: ["store_unavailable", "Orders cannot be read at the moment."],
};

/** Returns a route's responses for these statuses. */
export function problemResponses(...statuses: (keyof typeof problems)[]): RouteConfig["responses"] {
  return Object.fromEntries(statuses.map((status) => [status, problemResponse(status)]));
}

/** Returns the response for one status, with the description and the example of its route. */
export function problemResponse(
  status: keyof typeof problems,
  description: string = problems[status],
  example: Example = examples[status],
) {
  const problem = { schema: problemSchema, example: exampleOf(status, example) };
  return { description, content: { "application/problem+json": problem } };
}

function exampleOf(status: keyof typeof problems, [code, detail]: Example): z.input<typeof problemSchema> {
  return {
    ...{ type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, code },
    request_id: "1d0b8531-93b6-4c69-b1f2-a045351f086c",
    ...(status === 422 && { errors: [fieldErrorOf(detail)] }),
  };
}

function fieldErrorOf(detail: string) {
  const [field = "", ...message] = detail.split(" ");
  return { field, message: message.join(" ") };
}

/** Two ways to get and send the same token; see the document's `securitySchemes`. */
export const security = [{ password: [] }, { bearer: [] }];
