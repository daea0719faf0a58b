import { createRoute } from "@hono/zod-openapi";
import { parseHeaders } from "@orbital-witness/common/http/problem.ts";
import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { type SSEMessage, streamSSE } from "hono/streaming";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { type OrderEventView, orderPathSchema, streamedEventSchema } from "../order-schemas.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { FeedItem, OrderFeed } from "./order-feed.ts";
import { eventView } from "./order-view.ts";

const headers = z.object({
  "Last-Event-ID": z
    .string()
    .regex(/^\d{1,18}-\d{1,18}$/, "must be the id of an event")
    .optional()
    .meta({ description: "Continue after this event" }),
});

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
  request: { params: orderPathSchema, headers },
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

/** `stopping` ends all streams. */
export type FollowTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  feed: OrderFeed;
  streams: OpenStreams;
  stopping: AbortSignal;
};

export function followOrder({ tokens, store, feed, streams, stopping }: FollowTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const { "Last-Event-ID": last } = parseHeaders(headers, c);
      if (last !== undefined && hasEnded(order.status)) {
        const news = await read(store.news(order.order_id, last));
        // Without a 204 a browser's EventSource would reconnect for ever.
        if (!news?.steps.length) return c.body(null, 204);
      }
      c.header("Content-Type", "text/event-stream");
      c.header("X-Accel-Buffering", "no");
      if (c.req.method === "HEAD") return c.body(null);
      const leave = streams.count(user.user_id);
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        try {
          const signal = AbortSignal.any([stopping, left.signal]);
          for await (const item of feed.follow(order.order_id, last ?? "0", signal)) {
            if (item.kind === "heartbeat") await stream.write(": still there\n\n");
            else await stream.writeSSE(messageOf(item));
          }
        } catch (err) {
          c.var.log.error({ err }, "sending an order's events failed");
        } finally {
          leave();
        }
      });
    },
  };
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
