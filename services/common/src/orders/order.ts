import { z } from "zod";

export const documentTypes = [
  "register",
  "title_plan",
  "lease",
  "transfer",
  "conveyance",
  "charge",
  "deed",
  "agreement",
] as const;

/** HM Land Registry's title numbers, and the sandbox series OW with eight digits. */
export const titleNumberForm = /^(?:[A-Z]{0,3}[0-9]{1,6}[ZT]?|OW[0-9]{8})$/;

const titleNumberMessage =
  "must be up to three capital letters, one to six digits and an optional Z or T (such as AB123456), " +
  "or OW and eight digits";
const documentTypeMessage = `must be one of ${documentTypes.join(", ")}`;

export const titleNumberSchema = z
  .string(titleNumberMessage)
  .regex(titleNumberForm, titleNumberMessage)
  .meta({ example: "OW12345678" });
export const documentTypeSchema = z.enum(documentTypes, documentTypeMessage);

/** The fields of a customer's order. */
export const orderRequestSchema = z.object({
  title_number: titleNumberSchema,
  document_type: documentTypeSchema,
});
export type OrderRequest = z.output<typeof orderRequestSchema>;

/**
 * Why an order ended without text, or why an attempt did not finish. `code` is for programs, `message` for
 * the customer.
 */
export const failureReasonSchema = z.object({ code: z.string(), message: z.string() });
export type FailureReason = z.output<typeof failureReasonSchema>;

export const orderIdSchema = z.uuid();

export const orderStatuses = [
  "queued",
  "fetching",
  "recognizing",
  "completed",
  "failed",
  "cancelled",
] as const;
export const orderStatusSchema = z.enum(orderStatuses, `must be one of ${orderStatuses.join(", ")}`);
export type OrderStatus = z.output<typeof orderStatusSchema>;

const endStatuses: ReadonlySet<OrderStatus> = new Set(["completed", "failed", "cancelled"]);

/** Whether an order of this status is final unless its customer retries it. */
export function hasEnded(status: OrderStatus): boolean {
  return endStatuses.has(status);
}

const count = z.coerce.number().int().nonnegative();

/**
 * An order's record, parsed from its hash in Redis. The hash has more fields, which only the scripts use.
 * Times (`_ms`) are milliseconds since the epoch by Redis's clock. `run` counts the customer's retries,
 * `attempt` the claims by workers over all runs, `failures` the attempts of this run that count against its
 * limit. `turn` is the order's position in the queue. `result_attempt` is the attempt whose result counts;
 * `result_pages` is its number of pages, including failed ones. `document_pages` is the number
 * of pages of the document, once known, and `failed_pages` counts those that failed in the last attempt.
 * Records that earlier versions wrote have neither. `upload_bytes` is the size of the document if
 * the user uploaded it; only such orders may be without title number and type. `traceparent` (55 characters)
 * is the span that accepted the order; all its runs and attempts belong to that trace. Only orders that were
 * accepted with an `otlpEndpoint` have it.
 */
export const orderRecordSchema = orderRequestSchema.partial().extend({
  order_id: orderIdSchema,
  user_id: count.positive(),
  request_id: z.string(),
  file_name: z.string().optional(),
  upload_bytes: count.optional(),
  traceparent: z.string().optional(),
  status: orderStatusSchema,
  run: count.positive(),
  attempt: count,
  failures: count,
  turn: count,
  created_ms: count,
  started_ms: count.optional(),
  finished_ms: count.optional(),
  page: count.optional(),
  pages: count.optional(),
  document_pages: count.optional(),
  failed_pages: count.optional(),
  result_attempt: count.optional(),
  result_pages: count.optional(),
  reason_code: z.string().optional(),
  reason_message: z.string().optional(),
});
export type OrderRecord = z.output<typeof orderRecordSchema>;

export type NewOrder = Pick<
  OrderRecord,
  | "order_id"
  | "user_id"
  | "request_id"
  | "title_number"
  | "document_type"
  | "file_name"
  | "upload_bytes"
  | "traceparent"
>;
