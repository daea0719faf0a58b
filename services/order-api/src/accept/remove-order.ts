import { setTimeout as pause } from "node:timers/promises";
import { createRoute } from "@hono/zod-openapi";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { orderingUser } from "../access/callers.ts";
import { ownOrder, write } from "../access/store-access.ts";
import { type Endpoint, problemResponse, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema } from "../order-schemas.ts";
import type { SearchIndexer } from "../search/search-indexer.ts";
import type { SearchWorker } from "../search/search-worker.ts";

/** How long a request waits for a worker to archive the order. */
const archiveMs = 1000;
const lookMs = 25;
const ending = "The order is just ending. Send the request again in a moment.";

const route = createRoute({
  method: "post",
  path: "/orders/{id}/remove",
  operationId: "removeOrder",
  tags: ["orders"],
  summary: "Remove an order for good",
  description:
    "Cancels the order if it has not ended, and removes it with its document and its result. 503 `busy` " +
    "while a worker still has the order.",
  security,
  request: { params: orderPathSchema },
  responses: {
    204: { description: "The order is removed" },
    ...problemResponses(401, 403, 404),
    503: problemResponse(503, undefined, ["busy", ending]),
  },
});

export type RemoveTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  indexer: SearchIndexer;
  search: SearchWorker;
};

export function removeOrder({ tokens, store, indexer, search }: RemoveTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const user = await orderingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      await write(store.cancel(order.order_id));
      if (!(await write(isArchived(store, order.order_id)))) {
        throw new Problem(503, "busy", ending, { headers: { "Retry-After": "1" } });
      }
      // What is being indexed would otherwise come after the removal.
      await write(indexer.catchUp());
      await write(search.ask("remove", order.order_id));
      await write(store.revoke(order));
      c.var.log.info({ order_id: order.order_id }, "order removed");
      return c.body(null, 204);
    },
  };
}

/** Waits for a worker, which alone can remove files, and removes those of an archived order. */
async function isArchived(store: OrderStore, orderId: string): Promise<boolean> {
  const giveUpAt = Date.now() + archiveMs;
  while (await store.held.find(orderId)) {
    if (Date.now() >= giveUpAt) return false;
    await pause(lookMs);
  }
  return true;
}
