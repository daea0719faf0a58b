import { z } from "zod";

const filled = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : "must be text") })
  .max(256, "must not be longer than 256 characters")
  .refine((value) => value.trim() !== "", "must not be blank");

/** The body of `POST /token`. The Auth API accepts it, and the Order API's OpenAPI document describes it. */
export const tokenRequestSchema = z
  .object({
    username: filled.meta({ example: "alice" }),
    password: filled.meta({ example: "password", format: "password" }),
  })
  .meta({ id: "TokenRequest" });

export const tokenAnswerSchema = z
  .object({
    access_token: z.string().meta({ description: "The token, a JWT" }),
    token_type: z.literal("Bearer"),
    expires_in: z.int().meta({ description: "Seconds until the token expires", example: 30 }),
    token: z.string().meta({ description: "The same token, under its name in earlier versions" }),
  })
  .meta({ id: "Token" });
export type TokenAnswer = z.input<typeof tokenAnswerSchema>;
