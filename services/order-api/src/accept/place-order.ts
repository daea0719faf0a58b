import { createHash, randomUUID } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import { Problem, parseFields, parseHeaders } from "@orbital-witness/common/http/problem.ts";
import type { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import { orderRequestSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { z } from "zod";
import { orderingUserAndFields } from "../access/callers.ts";
import { read } from "../access/store-access.ts";
import { type Endpoint, problemResponse, problemResponses, security } from "../endpoint.ts";
import { orderPath } from "../follow/order-view.ts";
import { placedOrderSchema } from "../order-schemas.ts";
import type { OrderAcceptance } from "./accept-order.ts";

const keyMessage = "must be 1 to 255 visible ASCII characters";

const headers = z.object({
  "Idempotency-Key": z
    .string(keyMessage)
    .regex(/^[\x21-\x7e]{1,255}$/, keyMessage)
    .optional()
    .meta({
      description:
        "Makes the request safe to repeat: the same key with the same fields returns the same order, " +
        "for as many days as results are kept.",
    }),
});

const body = orderRequestSchema
  .extend({
    token: z.string().optional().meta({
      description: "The token, for clients that cannot send an `Authorization` header",
      example: "",
    }),
  })
  .meta({ id: "NewOrder" });

const content = { schema: body };
const route = createRoute({
  method: "post",
  path: "/orders",
  operationId: "placeOrder",
  tags: ["orders"],
  summary: "Order a document",
  description:
    "Answers at once. The order ends as `completed` with a text, or as `failed` with a reason. After a " +
    "503 there is no order if the request had no `Idempotency-Key`. With a key the order may still " +
    "appear, but only under that key.",
  security,
  request: {
    headers,
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": content,
        "multipart/form-data": content,
        "application/json": content,
      },
    },
  },
  responses: {
    202: {
      description: "The order is accepted and saved on disk",
      headers: z.object({
        Location: z.string().meta({ description: "The order's path" }),
        "Idempotent-Replayed": z
          .literal("true")
          .optional()
          .meta({ description: "Present if the same key placed this order before" }),
      }),
      content: { "application/json": { schema: placedOrderSchema } },
    },
    ...problemResponses(400, 401, 403, 413, 415, 429, 503),
    409: problemResponse(409, "The first request with this Idempotency-Key is still being answered", [
      "idempotency_key_in_flight",
      "A request with this Idempotency-Key is still running. Send it again in a moment.",
    ]),
    422: problemResponse(422, "A field is invalid, or the Idempotency-Key belongs to another request"),
  },
});

export type PlaceOrderTools = {
  tokens: TokenVerifier;
  store: OrderStore;
  acceptance: OrderAcceptance;
  limit: RateLimit;
};

export function placeOrder({ tokens, store, acceptance, limit }: PlaceOrderTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const { user, fields } = await orderingUserAndFields(tokens, c.req.raw);
      await limit.take(c, String(user.user_id));
      const { "Idempotency-Key": key } = parseHeaders(headers, c);
      const { title_number, document_type } = parseFields(body, fields);
      const request = { title_number, document_type };
      const order = {
        ...request,
        order_id: randomUUID(),
        user_id: user.user_id,
        request_id: c.var.requestId,
      };
      const { orderId, replayed } = await acceptance.accept(
        order,
        key === undefined
          ? undefined
          : { key: digest(key), fingerprint: digest(JSON.stringify([title_number, document_type])) },
      );
      c.var.log.info(
        { order_id: orderId, ...request },
        replayed ? "order requested again" : "order accepted",
      );
      const record = replayed ? await read(store.find(orderId)) : { ...order, status: "queued" };
      if (!record) throw expired();
      c.header("Location", orderPath(orderId));
      if (replayed) c.header("Idempotent-Replayed", "true");
      const { order_id, user_id, status } = record;
      return c.json({ order_id, user_id, ...request, status }, 202);
    },
  };
}

/** The order and its key expired between two reads. */
function expired(): Problem {
  const detail =
    "The order of this Idempotency-Key has just expired. Send the request again to place a new order.";
  return new Problem(503, "store_unavailable", detail, { headers: { "Retry-After": "1" } });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
