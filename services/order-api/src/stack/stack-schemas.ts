import { orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import { shownMinutes } from "@orbital-witness/common/stack/worker-reports.ts";
import { z } from "zod";

const time = z.iso.datetime();
const count = (description: string) => z.int().min(0).meta({ description });
const bytes = z.int().min(0);

const worker = z
  .object({
    name: z.string().meta({ example: "ocr-worker-1" }),
    state: z.enum(["reading", "idle", "gone"]).meta({
      description: "`gone`: not seen for 20 s. It leaves the list after 10 minutes, or when it is stopped",
    }),
    order_id: orderIdSchema.nullable().meta({ description: "The order that it works on" }),
    page: z.int().nullable().meta({
      description: "The page that it reads; null while it has the order as a whole, as for a single page",
    }),
    since: time.nullable().meta({ description: "When it took the order or page" }),
    pages_per_minute: z.int().nullable().meta({
      description:
        "Pages that it read in the last 60 s; null for a worker that is gone or of an earlier version",
    }),
    memory_bytes: bytes.nullable().meta({
      description: "Resident memory of its processes; null if unknown",
    }),
    last_seen_at: time,
  })
  .meta({ id: "StackWorker" });

const queue = z
  .object({
    waiting: count("Orders, documents with pages left, and single pages that wait for a worker"),
    running: count("Orders and pages that workers have"),
    delayed: count("Orders and pages that are tried again after a pause"),
    oldest_seconds: z.int().min(0).nullable().meta({
      description: "How long the oldest order waits that no worker has begun; null if there is none",
    }),
  })
  .meta({ id: "StackQueue" });

const minute = z
  .object({
    at: time.meta({ description: "The beginning of the minute" }),
    pages: count("Pages read, empty ones included"),
    failures: count("Failed attempts at orders and pages, also those that are tried again"),
    orders: count("Orders completed or failed"),
    page_ms: z.int().min(0).nullable().meta({ description: "Mean time to read a page; null for no pages" }),
  })
  .meta({ id: "StackMinute" });

const part = z
  .object({
    name: z.enum(["order-api", "auth-api", "router", "redis", "documents", "workers"]).meta({
      description: "`documents` is the document source, as the workers last found it",
    }),
    healthy: z.boolean(),
    waits_for: z.string().nullable().meta({
      description: "What an unhealthy part waits for, for people; null if that is unknown",
      example: "room on the disk of the results",
    }),
  })
  .meta({ id: "StackPart" });

/** The answer of `GET /stack`. */
export const stackSchema = z
  .object({
    at: time,
    workers: z.array(worker),
    queue,
    minutes: z.array(minute).meta({
      description: `The last ${shownMinutes} minutes, oldest first, with the current one`,
    }),
    failures: z
      .array(z.object({ code: z.string().meta({ example: "document_not_found" }), count: z.int() }))
      .meta({
        description: `Failed attempts in the last ${shownMinutes} minutes, most frequent reason first`,
      }),
    page_ms: z
      .object({ mean: z.int(), p95: z.int() })
      .nullable()
      .meta({
        description:
          `Time to read a page in the last ${shownMinutes} minutes: mean, and 95th percentile within 9 %; ` +
          "null for no pages",
      }),
    storage: z.object({
      redis: z.object({
        used_bytes: bytes,
        max_bytes: bytes.nullable().meta({ description: "Null if Redis has no limit" }),
        disk_free_bytes: bytes.nullable().meta({ description: "Free space on Redis' disk; null if unknown" }),
      }),
      results: z.object({ free_bytes: bytes, total_bytes: bytes }),
    }),
    parts: z.array(part).meta({ description: "A part whose state is unknown is left out" }),
  })
  .meta({ id: "Stack" });

export type Stack = z.input<typeof stackSchema>;
export type StackPart = z.input<typeof part>;
