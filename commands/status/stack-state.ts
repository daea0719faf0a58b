import { z } from "zod";

/** What `npm run status` shows of the answer of `GET /stack`. */
export const stackStateSchema = z.object({
  at: z.string(),
  workers: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["reading", "idle", "gone"]),
      order_id: z.string().nullable(),
      page: z.number().nullable(),
      since: z.string().nullable(),
      pages_per_minute: z.number().nullable(),
      memory_bytes: z.number().nullable(),
      last_seen_at: z.string(),
    }),
  ),
  queue: z.object({
    waiting: z.number(),
    running: z.number(),
    delayed: z.number(),
    oldest_seconds: z.number().nullable(),
  }),
  minutes: z.array(z.object({ pages: z.number(), failures: z.number() })),
  failures: z.array(z.object({ code: z.string(), count: z.number() })),
  page_ms: z.object({ mean: z.number(), p95: z.number() }).nullable(),
  storage: z.object({
    redis: z.object({ used_bytes: z.number(), max_bytes: z.number().nullable() }),
    results: z.object({ free_bytes: z.number(), total_bytes: z.number() }),
  }),
  parts: z.array(z.object({ name: z.string(), healthy: z.boolean(), waits_for: z.string().nullable() })),
});

export type StackState = z.output<typeof stackStateSchema>;
