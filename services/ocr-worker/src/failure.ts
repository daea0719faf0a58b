import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import { maxFailures } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { z } from "zod";

/**
 * Every reason why an order or a page may end without text, in the customer's words. The codes are stable.
 */
const messages = {
  document_not_found: "There is no document of this type for this title number.",
  upload_missing: "The uploaded document is no longer stored. Please upload it again.",
  source_refused: "The document source refused to send the document.",
  source_redirects: "The document source redirected to another place, or too often.",
  source_unavailable:
    "The document source did not answer, or answered too slowly. Please retry the order later.",
  document_empty: "The document is an empty file.",
  document_too_large: "The document is too large.",
  document_inflates: "The document becomes too large when it is decompressed.",
  unsupported_format: "The document is neither a PDF file nor a TIFF, PNG, JPEG, WebP or BMP image.",
  document_encrypted: "The document is protected by a password.",
  document_damaged: "The document is damaged and cannot be read.",
  no_pages: "The document has no pages.",
  too_many_pages: "The document has too many pages.",
  page_too_large: "The page is too large.",
  page_damaged: "The page is damaged and cannot be read.",
  page_too_slow: "Reading the page took too long.",
  page_crashed: "The document or page ended the process that read it.",
  no_text_found: "No text was found in the document.",
  storage_unavailable: "The document or its text could not be stored. Please retry the order later.",
  storage_full:
    "There is no room to store the document or its text at the moment. The order waits until there is.",
  worker_lost: "The worker that was running the order stopped responding.",
  internal_error: "The service failed unexpectedly. Please retry the order.",
} as const;

export type FailureCode = keyof typeof messages;
export const failureCodeSchema = z.enum(Object.keys(messages) as FailureCode[]);

/**
 * The messages for one page of a document of several. Its order may complete with the other pages, and can
 * then not be retried.
 */
const pageMessages: Partial<Record<FailureCode, string>> = {
  storage_unavailable: "The text of the page could not be stored. Please order the document again later.",
  worker_lost: "The workers that were reading the page stopped responding. Please order the document again.",
  internal_error: "Reading the page failed unexpectedly. Please order the document again.",
};

/**
 * These failures usually come from the document itself. One more attempt is made, at the end of the queue,
 * because the machine may have been busy.
 */
const decidedByDocument: ReadonlySet<FailureCode> = new Set(["page_too_slow", "page_crashed"]);
const attemptsIfDecidedByDocument = 2;

/**
 * These failures come from something other than the document. Codes in neither set fail their order or page
 * at once.
 */
const transient: ReadonlySet<FailureCode> = new Set([
  "source_unavailable",
  "storage_unavailable",
  "storage_full",
  "internal_error",
]);

/** The codes that node:fs reports when a file system, or a quota on it, is full. */
const fullCodes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

export function failureReason(code: FailureCode): FailureReason {
  return { code, message: messages[code] };
}

/** The reason for one page of a document of several. */
export function pageFailureReason(code: FailureCode): FailureReason {
  return { code, message: pageMessages[code] ?? messages[code] };
}

/** An order or a page cannot be completed, at this attempt or at all. */
export class OrderFailure extends Error {
  override readonly name = "OrderFailure";
  readonly code: FailureCode;

  /** `message` replaces the code's own message, to name the limit and the value found. */
  constructor(code: FailureCode, { message, ...options }: ErrorOptions & { message?: string } = {}) {
    super(message ?? messages[code], options);
    this.code = code;
  }

  /** The number of failed attempts, for this code, at which the order or page fails. */
  get maxFailures(): number {
    if (decidedByDocument.has(this.code)) return attemptsIfDecidedByDocument;
    return transient.has(this.code) ? maxFailures : 1;
  }

  /** Whether another attempt may succeed. */
  get mayPass(): boolean {
    return this.maxFailures > 1;
  }

  /** Whether the next attempt waits behind the current backlog. */
  get goesLast(): boolean {
    return decidedByDocument.has(this.code);
  }

  get reason(): FailureReason {
    return { code: this.code, message: this.message };
  }

  /** The reason if the failure is that of one page of a document of several. */
  get pageReason(): FailureReason {
    return { code: this.code, message: pageMessages[this.code] ?? this.message };
  }
}

/** The failure for a document or result that could not be written. */
export function storageFailure(cause: unknown): OrderFailure {
  const isFull = cause instanceof Error && "code" in cause && fullCodes.has(cause.code);
  return new OrderFailure(isFull ? "storage_full" : "storage_unavailable", { cause });
}

/** Every other error is our own fault, reported as `internal_error`. */
export function asFailure(error: unknown): OrderFailure {
  return error instanceof OrderFailure ? error : new OrderFailure("internal_error", { cause: error });
}
