import { createRoute } from "@hono/zod-openapi";
import { fieldsOf } from "@orbital-witness/common/http/form-body.ts";
import { parseFields } from "@orbital-witness/common/http/problem.ts";
import { orderStatusSchema, titleNumberSchema } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderListSchema } from "../order-schemas.ts";
import type { ReadTools } from "./read-order.ts";

const limitMessage = "must be a whole number from 1 to 100";
const cursorMessage = "must be the `next` of a list";

export const limitSchema = z.preprocess(
  (text) => (typeof text === "string" && /^\d{1,3}$/.test(text) ? Number(text) : text),
  z.int(limitMessage).min(1, limitMessage).max(100, limitMessage).default(20),
);

const query = z.object({
  limit: limitSchema.meta({
    description: "The most orders on a page. A filtered page may have fewer, even if it has a `next`",
  }),
  cursor: z
    .string(cursorMessage)
    .regex(/^[A-Za-z0-9_-]{1,24}$/, { error: cursorMessage, abort: true })
    .refine((cursor) => placeOf(cursor) !== undefined, cursorMessage)
    .optional()
    .meta({ description: "The `next` of the previous page" }),
  status: orderStatusSchema.optional(),
  title_number: titleNumberSchema.optional(),
});

const route = createRoute({
  method: "get",
  path: "/orders",
  operationId: "listOrders",
  tags: ["orders"],
  summary: "List your orders",
  description: "Lists the newest orders first.",
  security,
  request: { query },
  responses: {
    200: {
      description: "A page of orders",
      content: { "application/json": { schema: orderListSchema } },
    },
    ...problemResponses(401, 422, 503),
  },
});

export function listOrders({ tokens, store, views }: ReadTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const { limit, cursor, ...filter } = parseFields(query, fieldsOf(new URL(c.req.url).searchParams));
      const before = cursor === undefined ? undefined : placeOf(cursor);
      const { records, next, unreadable } = await read(store.list(user.user_id, limit, filter, before));
      if (unreadable.length > 0) c.var.log.error({ orders: unreadable }, "orders cannot be read");
      return c.json({
        orders: await views.summaries(
          user.user_id,
          records.map(({ order_id }) => order_id),
        ),
        next: next === undefined ? null : cursorOf(next),
      } satisfies z.input<typeof orderListSchema>);
    },
  };
}

function cursorOf(place: number): string {
  return Buffer.from(String(place)).toString("base64url");
}

function placeOf(cursor: string): number | undefined {
  const place = Buffer.from(cursor, "base64url").toString();
  return /^\d{1,15}$/.test(place) ? Number(place) : undefined;
}
