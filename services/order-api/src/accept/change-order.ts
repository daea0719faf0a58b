import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import { maxRuns, type OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { z } from "zod";
import { orderingUser } from "../access/callers.ts";
import { orderNotFound, ownOrder, readChanged, write } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPath } from "../follow/order-view.ts";
import type { OrderViews } from "../follow/order-views.ts";
import type { OrderLists } from "../list/order-lists.ts";
import { orderPathSchema, orderViewSchema } from "../order-schemas.ts";
import { checkCapacity, fullOr } from "./store-full.ts";

const content = { "application/json": { schema: orderViewSchema } };

const cancelRoute = createRoute({
  method: "delete",
  path: "/orders/{id}",
  operationId: "cancelOrder",
  tags: ["orders"],
  summary: "Cancel an order",
  description: "Also stops an order that is running. 409 `order_ended` if the order has already ended.",
  security,
  request: { params: orderPathSchema },
  responses: {
    200: { description: "The cancelled order", content },
    ...problemResponses(401, 403, 404, 409, 503),
  },
});

export type CancelTools = { tokens: TokenVerifier; store: OrderStore; views: OrderViews };

export function cancelOrder({ tokens, store, views }: CancelTools): Endpoint {
  return {
    route: cancelRoute,
    handle: async (c) => {
      const user = await orderingUser(tokens, c.req.raw);
      const { order_id } = await ownOrder(store, user, c.req.param("id"));
      const outcome = await write(store.cancel(order_id));
      if (outcome === "gone") throw orderNotFound();
      if (outcome === "ended") throw new Problem(409, "order_ended", "The order has already ended.");
      c.var.log.info({ order_id }, "order cancelled");
      return c.json(await views.view(order_id, readChanged));
    },
  };
}

const retryRoute = createRoute({
  method: "post",
  path: "/orders/{id}/retry",
  operationId: "retryOrder",
  tags: ["orders"],
  summary: "Run a failed order again",
  description:
    "The order waits behind your other orders. 409 `order_not_failed` if its status is not `failed`, " +
    `\`order_retried_too_often\` after ${maxRuns} runs.`,
  security,
  request: { params: orderPathSchema },
  responses: {
    202: {
      description: "The order, queued again",
      headers: z.object({ Location: z.string().meta({ description: "The order's path" }) }),
      content,
    },
    ...problemResponses(401, 403, 404, 409, 429, 503),
  },
});

export type RetryTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  views: OrderViews;
  lists: OrderLists;
  capacity: CapacityGuard;
  limit: RateLimit;
};

export function retryOrder({ tokens, store, views, capacity, limit }: RetryTools): Endpoint {
  return {
    route: retryRoute,
    handle: async (c) => {
      const user = await orderingUser(tokens, c.req.raw);
      await limit.take(c, String(user.user_id));
      const { order_id } = await ownOrder(store, user, c.req.param("id"));
      checkCapacity(capacity);
      const { outcome, run } = await write(store.retry(order_id).catch(fullOr));
      switch (outcome) {
        case "queued":
          break;
        case "gone":
          throw orderNotFound();
        case "not_failed":
          throw new Problem(409, "order_not_failed", "Only a failed order can be run again.");
        case "too_many":
          throw retriedTooOften();
      }
      c.var.log.info({ order_id, run }, "order queued again");
      return c.json(await views.view(order_id, readChanged), 202, { Location: orderPath(order_id) });
    },
  };
}

function retriedTooOften(): Problem {
  const detail = `This order has reached the limit of ${maxRuns} runs. Place a new order instead.`;
  return new Problem(409, "order_retried_too_often", detail);
}
