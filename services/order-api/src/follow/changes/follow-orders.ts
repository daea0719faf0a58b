import { createRoute } from "@hono/zod-openapi";
import { parseHeaders } from "@orbital-witness/common/http/problem.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { type SSEMessage, streamSSE } from "hono/streaming";
import { z } from "zod";
import { readingUser } from "../../access/callers.ts";
import { read } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { streamedChangeSchema } from "../../order-schemas.ts";
import type { OpenStreams } from "../open-streams.ts";
import type { ChangeItem, OrderChangesFeed } from "./order-changes-feed.ts";

/** A stream closes after this time, so that its user's rights are checked again. */
const longestMs = 10 * 60_000;

const headers = z.object({
  "Last-Event-ID": z
    .string()
    .regex(/^\d{1,18}-\d{1,18}$/, "must be the id of an event")
    .optional()
    .meta({ description: "Continue after this event" }),
});

const route = createRoute({
  method: "get",
  path: "/orders/events",
  operationId: "followOrders",
  tags: ["orders"],
  summary: "Follow all your orders",
  description:
    "Server-sent events for every change of your orders, from now on or after `Last-Event-ID`: `order`, " +
    "with the `OrderSummary` as a list shows it, and `removed`, with the `order_id`, when an order no " +
    "longer exists. Changes of one order within 100 ms are one event. `reset` means that more than 50 " +
    "orders changed at once, or that events may be missing: read the list again. " +
    "Open the stream before you read the list, so that no change is missed in between. " +
    "A comment every ten seconds keeps the connection alive. The stream closes after ten minutes, since " +
    "the token is only checked when it opens: open it again with `Last-Event-ID`.",
  security,
  request: { headers },
  responses: {
    200: { description: "The events", content: { "text/event-stream": { schema: streamedChangeSchema } } },
    ...problemResponses(400, 401, 429, 503),
  },
});

/** `stopping` ends all streams. */
export type FollowOrdersTools = {
  tokens: TokenVerifier;
  changes: OrderChangesFeed;
  streams: OpenStreams;
  stopping: AbortSignal;
};

export function followOrders({ tokens, changes, streams, stopping }: FollowOrdersTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const { user_id } = await readingUser(tokens, c.req.raw);
      const { "Last-Event-ID": after } = parseHeaders(headers, c);
      await read(changes.check());
      c.header("Content-Type", "text/event-stream");
      c.header("X-Accel-Buffering", "no");
      if (c.req.method === "HEAD") return c.body(null);
      const leave = streams.count(user_id);
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        try {
          const signal = AbortSignal.any([stopping, left.signal, AbortSignal.timeout(longestMs)]);
          for await (const item of changes.follow(user_id, after, signal)) {
            if (item.kind === "heartbeat") await stream.write(": still there\n\n");
            else if (item.kind === "place") await stream.write(`id: ${item.id}\n\n`);
            else await stream.writeSSE(messageOf(item));
          }
        } catch (err) {
          c.var.log.error({ err }, "sending the changes of orders failed");
        } finally {
          leave();
        }
      });
    },
  };
}

function messageOf(item: Exclude<ChangeItem, { kind: "heartbeat" | "place" }>): SSEMessage {
  const { kind: event, id } = item;
  if (item.kind === "order") return { event, id, data: JSON.stringify(item.order) };
  return { event, id, data: JSON.stringify(item.kind === "removed" ? { order_id: item.orderId } : {}) };
}
