import { createRoute } from "@hono/zod-openapi";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { readingUser } from "../access/callers.ts";
import { ownOrder } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema, orderViewSchema } from "../order-schemas.ts";
import type { OrderViews } from "./order-views.ts";

export type ReadTools = { tokens: TokenVerifier; store: OrderStore; views: OrderViews };

const orderRoute = createRoute({
  method: "get",
  path: "/orders/{id}",
  operationId: "getOrder",
  tags: ["orders"],
  summary: "Get an order",
  description: "Returns the order's status, history, attempts, progress and place in the queue.",
  security,
  request: { params: orderPathSchema },
  responses: {
    200: { description: "The order", content: { "application/json": { schema: orderViewSchema } } },
    ...problemResponses(401, 404, 503),
  },
});

export function readOrder({ tokens, store, views }: ReadTools): Endpoint {
  return {
    route: orderRoute,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const { order_id } = await ownOrder(store, user, c.req.param("id"));
      return c.json(await views.view(order_id));
    },
  };
}
