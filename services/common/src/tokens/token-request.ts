import { z } from "zod";

const filled = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : "must be text") })
  .max(256, "must not be longer than 256 characters")
  .refine((value) => value.trim() !== "", "must not be blank");

/**
 * The body of `POST /token` and `POST /session`. The Auth API accepts it, and the Order API's OpenAPI
 * document describes it.
 */
export const tokenRequestSchema = z
  .object({
    username: filled.meta({ example: "alice" }),
    password: filled.meta({ example: "password", format: "password" }),
  })
  .meta({ id: "TokenRequest" });

/** The parameters of RFC 6749, 4.3.2 and 6, which the Auth API also accepts at `POST /token`. */
export const passwordGrantSchema = tokenRequestSchema
  .extend({ grant_type: z.literal("password") })
  .meta({ id: "PasswordGrant" });
export const refreshGrantSchema = z
  .object({ grant_type: z.literal("refresh_token"), refresh_token: filled })
  .meta({ id: "RefreshGrant" });

/** The error of a request with a `grant_type` (RFC 6749, 5.2). */
export const grantErrorSchema = z
  .object({
    error: z.enum(["invalid_request", "invalid_grant", "unsupported_grant_type", "invalid_scope"]),
    error_description: z.string().meta({ description: "An explanation for people" }),
  })
  .meta({ id: "GrantError" });
export type GrantErrorBody = z.output<typeof grantErrorSchema>;

const issuedFields = {
  access_token: z.string().meta({ description: "The token, a JWT" }),
  token_type: z.literal("Bearer"),
  expires_in: z.int().meta({ description: "Seconds until the token expires", example: 30 }),
};

/** The answer of `POST /session` and `POST /session/refresh`. */
export const sessionAnswerSchema = z.object(issuedFields).meta({ id: "SessionToken" });
export type IssuedToken = z.input<typeof sessionAnswerSchema>;

/** The answer of `GET /session/options`. */
export const sessionOptionsSchema = z
  .object({
    demo_users: z.array(z.string()).meta({
      description: "The demo users, whose password is `password`; [] if the stack has none",
      example: ["alice", "bob", "charlie"],
    }),
  })
  .meta({ id: "SessionOptions" });

export const tokenAnswerSchema = z
  .object({
    ...issuedFields,
    token: z
      .string()
      .optional()
      .meta({ description: "The same token, under its name in earlier versions; without a `grant_type`" }),
    refresh_token: z
      .string()
      .optional()
      .meta({ description: "Renews the token once; only with a `grant_type`" }),
  })
  .meta({ id: "Token" });
export type TokenAnswer = z.input<typeof tokenAnswerSchema>;
