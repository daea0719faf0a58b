import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import { z } from "zod";

/** Every reason why an order or one of its pages may end without text, in the customer's words; the codes are stable. */
const messages = {
  document_not_found: "There is no document of this type for this title number.",
  source_refused: "The document source refused to give the document.",
  source_redirects: "The document source redirected elsewhere, or too often.",
  source_unavailable: "The document source did not answer, or too slowly. Please retry the order later.",
  document_empty: "The document is an empty file.",
  document_too_large: "The document is too large.",
  document_inflates: "The document takes too much room when it is decompressed.",
  unsupported_format: "The document is not a PDF file, nor a TIFF, PNG, JPEG, WebP or BMP image.",
  document_encrypted: "The document is protected by a password.",
  document_damaged: "The document is damaged and cannot be read.",
  no_pages: "The document has no pages.",
  too_many_pages: "The document has too many pages.",
  page_too_large: "The page is too large.",
  page_damaged: "The page is damaged and cannot be read.",
  page_too_slow: "Reading the page took too long.",
  no_text_found: "No text was found in the document.",
  storage_unavailable: "There was no room for the document or its text. Please retry the order later.",
  worker_lost: "The worker that had the order never finished it.",
  internal_error: "Something went wrong here. Please retry the order.",
} as const;

export type FailureCode = keyof typeof messages;
export const failureCodeSchema = z.enum(Object.keys(messages) as FailureCode[]);

/** What may be different at the next attempt, when the machine has less to do. Everything else fails its order or page at once. */
const passing: ReadonlySet<FailureCode> = new Set([
  "source_unavailable",
  "page_too_slow",
  "storage_unavailable",
  "internal_error",
]);

export function failureReason(code: FailureCode): FailureReason {
  return { code, message: messages[code] };
}

/** An order or a page cannot be completed, at this attempt (`mayPass`) or at all. */
export class OrderFailure extends Error {
  override readonly name = "OrderFailure";
  readonly code: FailureCode;

  /** `message` says more than the code's own: the limit, and what was found. */
  constructor(code: FailureCode, { message, ...options }: ErrorOptions & { message?: string } = {}) {
    super(message ?? messages[code], options);
    this.code = code;
  }

  get mayPass(): boolean {
    return passing.has(this.code);
  }

  get reason(): FailureReason {
    return { code: this.code, message: this.message };
  }
}

/** Anything that was not foreseen is a fault of ours, and may pass. */
export function asFailure(error: unknown): OrderFailure {
  return error instanceof OrderFailure ? error : new OrderFailure("internal_error", { cause: error });
}
