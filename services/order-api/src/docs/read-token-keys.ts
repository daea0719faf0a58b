import { createRoute, z } from "@hono/zod-openapi";
import { problemSchema } from "@orbital-witness/common/http/problem.ts";

const keySchema = z
  .object({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    x: z.string().meta({ description: "The public key, 32 bytes in base64url" }),
    kid: z.string().meta({ description: "The key's thumbprint (RFC 7638); tokens have it in their header" }),
    alg: z.literal("EdDSA"),
    use: z.literal("sig"),
  })
  .meta({ id: "TokenKey" });
const keySetSchema = z.object({ keys: z.array(keySchema) }).meta({ id: "TokenKeys" });

/** Another operation of the Auth API; see `createTokenRoute`. */
export const readTokenKeysRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  operationId: "getTokenKeys",
  tags: ["tokens"],
  summary: "Get the keys that verify tokens",
  description: "A JSON Web Key Set (RFC 7517). A new key is in it before the first token is signed with it.",
  security: [],
  responses: {
    200: { description: "The keys", content: { "application/jwk-set+json": { schema: keySetSchema } } },
    405: {
      description: "The method is neither GET nor HEAD",
      content: { "application/problem+json": { schema: problemSchema } },
    },
  },
});
