import { z } from "zod";
import { type FailureReason, type OrderStatus, orderStatusSchema } from "./order.ts";

const count = z.coerce.number().int().nonnegative();

/** How an attempt ended: `lost` is a worker that never came back, `handed_back` one that was stopped. */
export const attemptOutcomes = ["completed", "failed", "lost", "handed_back", "cancelled"] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/**
 * An entry of an order's stream. With `status` it is a step of the order's life, with `page` alone the
 * progress within a step. `outcome` says that the attempt ended with this step; the reason is the attempt's
 * or, at the status failed, the order's.
 */
const fieldsSchema = z.object({
  status: orderStatusSchema.optional(),
  attempt: count.optional(),
  worker: z.string().optional(),
  outcome: z.enum(attemptOutcomes).optional(),
  reason_code: z.string().optional(),
  reason_message: z.string().optional(),
  page: count.optional(),
  pages: count.optional(),
});

/** `id` is the stream's, ascending; `at` is ISO 8601. */
export type OrderEvent = z.output<typeof fieldsSchema> & { id: string; at: string };

/** Throws a ZodError for an entry that no script of ours wrote. */
export function parseOrderEvent(entry: { id: string; message: Record<string, string> }): OrderEvent {
  const at = new Date(Number(entry.id.split("-", 1)[0])).toISOString();
  return { id: entry.id, at, ...fieldsSchema.parse({ ...entry.message }) };
}

export type OrderStep = { status: OrderStatus; at: string };

/** `ended_at` and `outcome` are null while it runs; `reason` is there when something went wrong. */
export type OrderAttempt = {
  attempt: number;
  worker: string;
  started_at: string;
  ended_at: string | null;
  outcome: AttemptOutcome | null;
  reason?: FailureReason;
};

/** What an order's events tell: each step and each attempt, oldest first. */
export function summarize(events: readonly OrderEvent[]): { history: OrderStep[]; attempts: OrderAttempt[] } {
  const history: OrderStep[] = [];
  const attempts: OrderAttempt[] = [];
  for (const event of events) {
    if (event.status) history.push({ status: event.status, at: event.at });
    if (event.worker !== undefined && event.attempt !== undefined) {
      const { attempt, worker, at: started_at } = event;
      attempts.push({ attempt, worker, started_at, ended_at: null, outcome: null });
    }
    const last = attempts.at(-1);
    if (event.outcome && last && last.attempt === event.attempt) {
      last.ended_at = event.at;
      last.outcome = event.outcome;
      if (event.reason_code !== undefined) {
        last.reason = { code: event.reason_code, message: event.reason_message ?? "" };
      }
    }
  }
  return { history, attempts };
}
