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
  "must be up to three capital letters, one to six digits and an optional Z or T (such as AB123456), or OW and eight digits";
const documentTypeMessage = `must be one of ${documentTypes.join(", ")}`;

/** What a customer asks for. */
export const orderRequestSchema = z.object({
  title_number: z.string(titleNumberMessage).regex(titleNumberForm, titleNumberMessage),
  document_type: z.enum(documentTypes, documentTypeMessage),
});
export type OrderRequest = z.output<typeof orderRequestSchema>;

/** Why an order ended without text: `code` for programs, `message` for the customer. */
export const failureReasonSchema = z.object({ code: z.string(), message: z.string() });
export type FailureReason = z.output<typeof failureReasonSchema>;

export const orderIdSchema = z.uuid();

const time = z.iso.datetime();

/**
 * An order's record as its hash in Redis, all strings. "accepting" is an order whose 202 is not decided yet: nobody
 * sees it and no worker runs it. Times are ISO 8601.
 */
export const orderRecordSchema = orderRequestSchema.extend({
  order_id: orderIdSchema,
  user_id: z.coerce.number().int().positive(),
  request_id: z.string(),
  status: z.enum(["accepting", "queued", "processing", "completed", "failed"]),
  created_at: time,
  started_at: time.optional(),
  finished_at: time.optional(),
  reason_code: z.string().optional(),
  reason_message: z.string().optional(),
});
export type OrderRecord = z.output<typeof orderRecordSchema>;

export type NewOrder = Pick<
  OrderRecord,
  "order_id" | "user_id" | "request_id" | "title_number" | "document_type" | "created_at"
>;
