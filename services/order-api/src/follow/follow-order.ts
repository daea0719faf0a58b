import { createRoute } from "@hono/zod-openapi";
import { parseHeaders } from "@orbital-witness/common/http/problem.ts";
import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import type { SSEMessage } from "hono/streaming";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { type OrderEventView, orderPathSchema, streamedEventSchema } from "../order-schemas.ts";
import { heartbeat, lastEventHeaders, type OpenStreams, type StreamItem } from "./open-streams.ts";
import type { FeedItem, OrderFeed } from "./order-feed.ts";
import { eventView } from "./order-view.ts";

const route = createRoute({
  method: "get",
  path: "/orders/{id}/events",
  operationId: "followOrder",
  tags: ["orders"],
  summary: "Follow an order's events",
  description:
    "Server-sent events from the start of the order, or after `Last-Event-ID`: `status` for each " +
    "change of the status, and `progress` when pages were read. The data of an event is an `OrderEvent`. " +
    "A comment every ten seconds keeps the connection alive. The stream closes when the order ends. " +
    "The token is only checked when the stream opens.",
  security,
  request: { params: orderPathSchema, headers: lastEventHeaders },
  responses: {
    200: {
      description: "The events",
      content: { "text/event-stream": { schema: streamedEventSchema } },
    },
    204: {
      description: "The order has ended, and there are no events after `Last-Event-ID`: do not reconnect",
    },
    ...problemResponses(400, 401, 404, 429, 503),
  },
});

export type FollowTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  feed: OrderFeed;
  streams: OpenStreams;
};

export function followOrder({ tokens, store, feed, streams }: FollowTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const { "Last-Event-ID": last } = parseHeaders(lastEventHeaders, c);
      if (last !== undefined && hasEnded(order.status)) {
        const news = await read(store.news(order.order_id, last));
        // Without a 204 a browser's EventSource would reconnect for ever.
        if (!news?.steps.length) return c.body(null, 204);
      }
      const of = { userId: user.user_id, what: "an order's events" };
      return streams.send(c, of, (signal) => itemsOf(feed.follow(order.order_id, last ?? "0", signal)));
    },
  };
}

async function* itemsOf(items: AsyncIterable<FeedItem>): AsyncGenerator<StreamItem> {
  for await (const item of items) yield item.kind === "heartbeat" ? heartbeat : messageOf(item);
}

/** Only steps have an id: a client that continues after one gets the progress as it is then. */
function messageOf(item: Exclude<FeedItem, { kind: "heartbeat" }>): SSEMessage {
  if (item.kind === "step") {
    return { id: item.step.id, event: "status", data: JSON.stringify(eventView(item.step)) };
  }
  const { at, page, pages } = item;
  const data: OrderEventView = { at, progress: { page, pages } };
  return { event: "progress", data: JSON.stringify(data) };
}
