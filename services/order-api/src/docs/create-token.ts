import { createRoute } from "@hono/zod-openapi";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";
import {
  grantErrorSchema,
  passwordGrantSchema,
  refreshGrantSchema,
  tokenAnswerSchema,
  tokenRequestSchema,
} from "@orbital-witness/common/tokens/token-request.ts";
import { z } from "zod";
import { problemResponses } from "../endpoint.ts";

const content = { schema: z.union([tokenRequestSchema, passwordGrantSchema, refreshGrantSchema]) };

/**
 * An operation of the Auth API. It is described here because the router serves both APIs and clients need
 * both.
 */
export const createTokenRoute = createRoute({
  method: "post",
  path: "/token",
  operationId: "createToken",
  tags: ["tokens"],
  summary: "Get a token",
  description:
    "The token is valid for `expires_in` seconds, and gives the rights of its user. " +
    "With a `grant_type` this is the token endpoint of RFC 6749, which also returns a refresh token.",
  security: [],
  request: {
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": content,
        "multipart/form-data": content,
        "application/json": content,
      },
    },
  },
  responses: {
    200: { description: "The token", content: { "application/json": { schema: tokenAnswerSchema } } },
    ...problemResponses(413, 415, 422, 429, 503),
    400: {
      description: "The body is malformed, or a request with a `grant_type` is refused",
      content: {
        "application/json": { schema: grantErrorSchema },
        "application/problem+json": { schema: problemSchema },
      },
    },
    401: {
      description: "The username or the password is wrong",
      content: { "application/problem+json": { schema: problemSchema } },
    },
  },
});
