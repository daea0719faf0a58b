import { createRoute } from "@hono/zod-openapi";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";
import {
  sessionAnswerSchema,
  sessionOptionsSchema,
  tokenRequestSchema,
} from "@orbital-witness/common/tokens/token-request.ts";
import { problemResponse, problemResponses } from "../endpoint.ts";

const form = { schema: tokenRequestSchema };
const problem = { "application/problem+json": { schema: problemSchema } };
const answer = {
  description: "An access token; the cookie has the refresh token",
  content: { "application/json": { schema: sessionAnswerSchema } },
};
const crossOrigin = problemResponse(403, "A page of another origin sent the request", [
  "cross_origin",
  "Sessions can only be used by pages of this address.",
]);

const common = { tags: ["sessions"], security: [] };

/** The sessions of browsers, which the Auth API serves. */
export const sessionRoutes = [
  createRoute({
    ...{ ...common, method: "post", path: "/session", operationId: "beginSession" },
    summary: "Sign in from a browser",
    description:
      "Returns an access token, and sets a cookie with a refresh token that scripts cannot read. " +
      "Only pages of the same origin may use sessions.",
    request: {
      body: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": form,
          "multipart/form-data": form,
          "application/json": form,
        },
      },
    },
    responses: {
      200: answer,
      ...problemResponses(400, 413, 415, 422, 429, 503),
      401: { description: "The username or the password is wrong", content: problem },
      403: crossOrigin,
    },
  }),
  createRoute({
    ...{ ...common, method: "post", path: "/session/refresh", operationId: "refreshSession" },
    summary: "Get another access token",
    description:
      "Exchanges the cookie for an access token and another cookie. " +
      "A cookie that was used before ends the session.",
    responses: {
      200: answer,
      401: { description: "There is no session, or it has ended", content: problem },
      403: crossOrigin,
      ...problemResponses(503),
    },
  }),
  createRoute({
    ...{ ...common, method: "get", path: "/session/options", operationId: "sessionOptions" },
    summary: "Ask what a sign-in page can offer",
    responses: {
      200: {
        description: "The demo users",
        content: { "application/json": { schema: sessionOptionsSchema } },
      },
      403: crossOrigin,
      ...problemResponses(503),
    },
  }),
  createRoute({
    ...{ ...common, method: "delete", path: "/session", operationId: "endSession" },
    summary: "Sign out",
    responses: {
      204: { description: "The session has ended, or there was none" },
      403: crossOrigin,
      ...problemResponses(503),
    },
  }),
] as const;
