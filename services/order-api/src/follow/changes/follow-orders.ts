import { createRoute } from "@hono/zod-openapi";
import { parseHeaders } from "@orbital-witness/common/http/problem.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import type { SSEMessage } from "hono/streaming";
import { readingUser } from "../../access/callers.ts";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { streamedChangeSchema } from "../../order-schemas.ts";
import { heartbeat, lastEventHeaders, type OpenStreams, type StreamItem } from "../open-streams.ts";
import type { ChangeItem, OrderChangesFeed } from "./order-changes-feed.ts";

/** A stream closes after this time, so that its user's rights are checked again. */
const longestMs = 10 * 60_000;

const route = createRoute({
  method: "get",
  path: "/orders/events",
  operationId: "followOrders",
  tags: ["orders"],
  summary: "Follow all your orders",
  description:
    "Server-sent events for every change of your orders, from now on or after `Last-Event-ID`: `order`, " +
    "with the `OrderSummary` as a list shows it, and `removed`, with the `order_id`, when an order no " +
    "longer exists. Changes of one order within 100 ms are one event, and there are at most about 100 " +
    "events a second. `reset` means that more than 50 orders changed since the last event, or that events " +
    "may be missing: read the list again. " +
    "Open the stream before you read the list, so that no change is missed in between. " +
    "A comment every ten seconds keeps the connection alive. The stream closes after ten minutes, since " +
    "the token is only checked when it opens: open it again with `Last-Event-ID`.",
  security,
  request: { headers: lastEventHeaders },
  responses: {
    200: { description: "The events", content: { "text/event-stream": { schema: streamedChangeSchema } } },
    ...problemResponses(400, 401, 429, 503),
  },
});

export type FollowOrdersTools = {
  tokens: TokenVerifier;
  changes: OrderChangesFeed;
  streams: OpenStreams;
};

export function followOrders({ tokens, changes, streams }: FollowOrdersTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const { user_id } = await readingUser(tokens, c.req.raw);
      const { "Last-Event-ID": after } = parseHeaders(lastEventHeaders, c);
      await read(changes.check());
      return streams.send(c, { userId: user_id, what: "the changes of orders" }, (left) => {
        const signal = AbortSignal.any([left, AbortSignal.timeout(longestMs)]);
        return itemsOf(changes.follow(user_id, after, signal));
      });
    },
  };
}

async function* itemsOf(items: AsyncIterable<ChangeItem>): AsyncGenerator<StreamItem> {
  for await (const item of items) {
    if (item.kind === "heartbeat") yield heartbeat;
    // Only an id: the place from which to continue.
    else if (item.kind === "place") yield `id: ${item.id}\n\n`;
    else yield messageOf(item);
  }
}

function messageOf(item: Exclude<ChangeItem, { kind: "heartbeat" | "place" }>): SSEMessage {
  const { kind: event, id } = item;
  if (item.kind === "order") return { event, id, data: JSON.stringify(item.order) };
  return { event, id, data: JSON.stringify(item.kind === "removed" ? { order_id: item.orderId } : {}) };
}
