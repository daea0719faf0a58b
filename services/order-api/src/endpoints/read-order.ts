import { createRoute } from "@hono/zod-openapi";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { Problem } from "@orbital-witness/common/problem.ts";
import type { TokenVerifier } from "@orbital-witness/common/token-verifier.ts";
import { z } from "zod";
import { readingUser } from "../callers.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema, orderViewSchema } from "../order-schemas.ts";
import { orderNotFound, ownOrder, read, viewOf } from "../store-access.ts";

export type ReadTools = { tokens: TokenVerifier; store: OrderStore };

const orderRoute = createRoute({
  method: "get",
  path: "/orders/{id}",
  tags: ["orders"],
  summary: "How far an order is",
  security,
  request: { params: orderPathSchema },
  responses: {
    200: { description: "The order", content: { "application/json": { schema: orderViewSchema } } },
    ...problemResponses(401, 404, 503),
  },
});

export function readOrder({ tokens, store }: ReadTools): Endpoint {
  return {
    route: orderRoute,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const { order_id } = await ownOrder(store, user, c.req.param("id"));
      return c.json(await viewOf(store, order_id));
    },
  };
}

const textRoute = createRoute({
  method: "get",
  path: "/orders/{id}/text",
  tags: ["orders"],
  summary: "The text of a completed order",
  description:
    "409 `order_not_completed` while it may still come; `order_failed` and `order_cancelled` where it will not.",
  security,
  request: { params: orderPathSchema },
  responses: {
    200: { description: "The text", content: { "text/plain": { schema: z.string() } } },
    ...problemResponses(401, 404, 409, 503),
  },
});

export function readText({ tokens, store }: ReadTools): Endpoint {
  return {
    route: textRoute,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      switch (order.status) {
        case "failed":
          throw new Problem(409, "order_failed", `There is no text: ${order.reason_message ?? "it failed."}`);
        case "cancelled":
          throw new Problem(409, "order_cancelled", "There is no text: the order was cancelled.");
        case "completed": {
          const text = await read(store.text(order));
          // Its time was over just now.
          if (text === undefined) throw orderNotFound();
          return c.text(text);
        }
        default:
          throw new Problem(
            409,
            "order_not_completed",
            `The order is ${order.status}. Ask again in a moment.`,
            {
              headers: { "Retry-After": "1" },
            },
          );
      }
    },
  };
}
