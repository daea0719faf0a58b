import { namedPages } from "@orbital-witness/common/orders/held-orders.ts";
import {
  documentTypeSchema,
  failureReasonSchema,
  orderIdSchema,
  orderStatusSchema,
  titleNumberSchema,
} from "@orbital-witness/common/orders/order.ts";
import { attemptOutcomes } from "@orbital-witness/common/orders/order-events.ts";
import { z } from "zod";
import { waitReasons } from "./follow/queue-state.ts";

const time = z.iso.datetime();
const timeOrNull = (description: string) => time.nullable().meta({ description });

const reason = failureReasonSchema.meta({ id: "Reason" });
const outcome = z.enum(attemptOutcomes).meta({
  description:
    "`lost`: the worker stopped responding; `handed_back`: the worker was stopped, and another one continues",
});
const progress = z
  .object({ page: z.int().meta({ example: 3 }), pages: z.int().meta({ example: 12 }) })
  .meta({ id: "Progress" });

const order = z.object({
  order_id: orderIdSchema,
  user_id: z.int().meta({ example: 1 }),
  title_number: titleNumberSchema.nullable().meta({
    description: "Null for an uploaded document that was ordered without one",
  }),
  document_type: documentTypeSchema.nullable().meta({
    description: "Null for an uploaded document that was ordered without one",
  }),
  file_name: z.string().nullable().meta({
    description: "The name of the uploaded file; null for a document from the document source",
    example: "lease.pdf",
  }),
  status: orderStatusSchema,
});

export const placedOrderSchema = order
  .extend({
    file_name: z
      .string()
      .optional()
      .meta({ description: "The name of the uploaded file; only for an uploaded document" }),
  })
  .meta({ id: "PlacedOrder" });
export type PlacedOrder = z.input<typeof placedOrderSchema>;

const summary = order.extend({
  created_at: time,
  started_at: timeOrNull("When a worker first took the order; null until then"),
  finished_at: timeOrNull("When the order was completed, failed or cancelled; null until then"),
  progress: progress.nullable().meta({
    description: "Pages read and pages of the document; null unless the status is `recognizing`",
  }),
  pages: z.int().nullable().meta({
    description: "Pages of the document, also after the end; null until they are known",
    example: 12,
  }),
  pages_failed_count: z.int().meta({ description: "The number of pages that could not be read so far" }),
  position: z.int().nullable().meta({
    description: "Place in the queue, from 1, until the first page is read; null from then on",
  }),
  expected_seconds: z
    .int()
    .nullable()
    .meta({
      description:
        "Estimated seconds until completion, based on recent orders; null if `position` is null or there " +
        "is no estimate",
    }),
  waits_for: z
    .enum(waitReasons)
    .nullable()
    .meta({
      description:
        "What an order with a `position` waits for. `worker`: the next free worker; `earlier_orders`: " +
        "orders that come first; `next_attempt`: a pause after a fault, until `next_attempt_at`; " +
        "`room`: free space on the disks; `workers`: no worker is running",
    }),
  next_attempt_at: timeOrNull("When the pause before the next attempt ends; null without a pause"),
  reason: reason.nullable().meta({ description: "Why the order failed; null if it did not" }),
  links: z
    .object({ events: z.string(), result: z.string().optional() })
    .meta({ description: "`result` exists once the order is completed" }),
});

/** An order in a list. */
export const orderSummarySchema = summary.meta({ id: "OrderSummary" });
export type OrderSummary = z.input<typeof orderSummarySchema>;

export const orderViewSchema = summary
  .extend({
    history: z
      .array(z.object({ status: orderStatusSchema, at: time }))
      .meta({ description: "Each change of the status, oldest first" }),
    attempts: z
      .array(
        z.object({
          attempt: z.int(),
          worker: z.string(),
          started_at: time,
          ended_at: timeOrNull("Null while the attempt runs"),
          outcome: outcome.nullable(),
          reason: reason.nullable().meta({
            description: "Why the attempt did not finish; null if it finished or still runs",
          }),
        }),
      )
      .meta({ description: "One entry for each time a worker took the order, oldest first" }),
    pages_failed: z.array(failureReasonSchema.extend({ page: z.int() }).meta({ id: "PageFailure" })).meta({
      description:
        `The first ${namedPages} pages that could not be read; [] for a document of one page. ` +
        "The JSON result has all",
    }),
    pages_empty: z.array(z.int()).meta({
      description: `The first ${namedPages} empty pages; [] for a document of one page. The JSON has all`,
    }),
    pages_empty_count: z.int().meta({ description: "The number of empty pages so far" }),
  })
  .meta({ id: "Order" });
export type OrderView = z.input<typeof orderViewSchema>;

const counts = z
  .object({
    ...{ queued: z.int(), fetching: z.int(), recognizing: z.int() },
    ...{ completed: z.int(), failed: z.int(), cancelled: z.int() },
  })
  .meta({ id: "StatusCounts" });

export const orderListSchema = z
  .object({
    orders: z.array(orderSummarySchema),
    next: z.string().nullable().meta({ description: "The `cursor` of the next page; null on the last one" }),
    counts: counts.nullable().meta({
      description:
        "How many orders of each status pass the filters other than `status`; null while the orders are " +
        "being indexed",
    }),
    total: z.int().nullable().meta({
      description: "How many orders pass all filters; null while the orders are being indexed",
    }),
  })
  .meta({ id: "OrderList" });

/** A page on which all terms of the query occur. */
const searchResult = order
  .pick({ order_id: true, title_number: true, document_type: true, file_name: true })
  .extend({
    page: z.int().meta({ description: "The page's number in the document, from 1", example: 2 }),
    snippet: z.string().meta({
      description: "The text around the hits, as HTML: each hit in `<mark>`, everything else escaped",
      example: "for the <mark>term of years</mark> at a yearly <mark>rent</mark> of £250 …",
    }),
    links: z.object({ order: z.string(), result: z.string(), page_image: z.string() }),
  })
  .meta({ id: "SearchResult" });

export const searchResultsSchema = z
  .object({
    results: z.array(searchResult),
    next: z.string().nullable().meta({ description: "The `cursor` of the next page; null on the last one" }),
  })
  .meta({ id: "SearchResults" });

/** The data of a server-sent event. */
export const orderEventSchema = z
  .object({
    at: time,
    status: orderStatusSchema.optional(),
    attempt: z.int().optional(),
    worker: z.string().optional(),
    outcome: outcome.optional(),
    reason: reason.optional(),
    progress: progress.optional(),
  })
  .meta({ id: "OrderEvent" });
export type OrderEventView = z.input<typeof orderEventSchema>;

/** One server-sent event. */
export const streamedEventSchema = z
  .object({
    id: z
      .string()
      .optional()
      .meta({ description: "The value for `Last-Event-ID`. An event of the kind `progress` has none" }),
    event: z.enum(["status", "progress"]),
    data: z.string().meta({
      description: "An `OrderEvent`, as JSON",
      contentMediaType: "application/json",
      contentSchema: { $ref: "#/components/schemas/OrderEvent" },
    }),
  })
  .meta({ id: "StreamedEvent" });

/** One server-sent event about one of the user's orders. */
export const streamedChangeSchema = z
  .object({
    id: z.string().meta({ description: "The value for `Last-Event-ID`" }),
    event: z.enum(["order", "removed", "reset"]),
    data: z.string().meta({
      description: "As JSON: an `OrderSummary` for `order`, the `order_id` for `removed`, {} for `reset`",
      contentMediaType: "application/json",
    }),
  })
  .meta({ id: "StreamedChange" });

export const orderPathSchema = z.object({ id: orderIdSchema });
