import { createRoute } from "@hono/zod-openapi";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { operatingUser } from "../access/callers.ts";
import { readForOperator } from "../access/store-access.ts";
import { type Endpoint, problemResponse, problemResponses, security } from "../endpoint.ts";
import type { StackReader } from "./stack-reader.ts";
import { stackSchema } from "./stack-schemas.ts";

export type StackTools = { tokens: TokenVerifier; stack: StackReader };

const route = createRoute({
  method: "get",
  path: "/stack",
  operationId: "getStack",
  tags: ["stack"],
  summary: "See the running stack",
  description:
    "For operators: the workers, the queue, what was read and what failed in the last 15 minutes, the room " +
    "in Redis and on disk, and the health of each part. An answer is at most a second old.",
  security,
  responses: {
    200: { description: "The stack", content: { "application/json": { schema: stackSchema } } },
    ...problemResponses(401, 503),
    403: problemResponse(403, "This user is not an operator", [
      "not_operator",
      "Only operators may see the stack.",
    ]),
  },
});

export function readStack({ tokens, stack }: StackTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      await operatingUser(tokens, c.req.raw);
      return c.json(await readForOperator(stack.read()));
    },
  };
}
