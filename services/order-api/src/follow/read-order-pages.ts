import { createRoute } from "@hono/zod-openapi";
import { failureReasonSchema } from "@orbital-witness/common/orders/order.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import { z } from "zod";
import { readingUser } from "../access/callers.ts";
import { ownOrder, read } from "../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../endpoint.ts";
import { orderPathSchema } from "../order-schemas.ts";
import { readingSchema, readingView } from "../results/formats/json.ts";
import type { ReadTools } from "./read-order.ts";

const pagesSchema = z
  .object({
    pages: z.array(
      z
        .object({
          page: z.int().positive(),
          outcome: z.enum(["read", "empty", "failed"]),
          reason: failureReasonSchema.nullable().meta({ description: "Null unless the page failed" }),
          reading: readingSchema
            .nullable()
            .meta({ description: "Null for pages that earlier versions read" }),
        })
        .meta({ id: "PageEnd" }),
    ),
  })
  .meta({ id: "OrderPages" });

const route = createRoute({
  method: "get",
  path: "/orders/{id}/pages",
  operationId: "getOrderPages",
  tags: ["orders"],
  summary: "Get who read each page, and when",
  description:
    "Returns the pages that the last attempt has finished so far, ordered by number. They are there before " +
    "the order ends.",
  security,
  request: { params: orderPathSchema },
  responses: {
    200: { description: "The pages", content: { "application/json": { schema: pagesSchema } } },
    ...problemResponses(401, 404, 503),
  },
});

export function readOrderPages({ tokens, store }: ReadTools): Endpoint {
  return {
    route,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      const ends = await read(store.pages(order));
      return c.json({ pages: ends.map(endView) } satisfies z.input<typeof pagesSchema>);
    },
  };
}

function endView(end: PageEnd): z.input<typeof pagesSchema>["pages"][number] {
  const { page, outcome, reading } = end;
  const reason = end.outcome === "failed" ? end.reason : null;
  return { page, outcome, reason, reading: reading ? readingView(reading) : null };
}
