import { z } from "zod";
import { type FailureReason, type OrderStatus, orderStatusSchema } from "./order.ts";

const count = z.coerce.number().int().nonnegative();

/** How an attempt ended. `lost`: its worker never came back. `handed_back`: its worker was stopped. */
export const attemptOutcomes = ["completed", "failed", "lost", "handed_back", "cancelled"] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/**
 * An entry of an order's stream, which is a step of the order's life. Earlier versions also added an entry
 * without `status` for each page. `outcome` means that the attempt ended with this step. `reason` belongs to
 * the attempt or, at the status failed, to the order.
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

/** `id` is the stream's entry id, ascending. `at` is ISO 8601. */
export const orderEventSchema = fieldsSchema.extend({ id: z.string(), at: z.iso.datetime() });
export type OrderEvent = z.output<typeof orderEventSchema>;

/** Throws a ZodError for an entry that our scripts did not write. */
export function parseOrderEvent(entry: { id: string; message: Record<string, string> }): OrderEvent {
  const at = new Date(Number(entry.id.split("-", 1)[0])).toISOString();
  return { id: entry.id, at, ...fieldsSchema.parse({ ...entry.message }) };
}

export type OrderStep = { status: OrderStatus; at: string };

/**
 * `ended_at` and `outcome` are null while the attempt runs. `reason` is present when something went wrong.
 */
export type OrderAttempt = {
  attempt: number;
  worker: string;
  started_at: string;
  ended_at: string | null;
  outcome: AttemptOutcome | null;
  reason?: FailureReason;
};

/** The steps and attempts in an order's events, oldest first. */
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
