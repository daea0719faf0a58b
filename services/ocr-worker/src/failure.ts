import type { FailureReason } from "@orbital-witness/common/orders/order.ts";

/** Every reason why an order may end without text, in the customer's words; the codes are stable. */
const messages = {
  document_not_found: "There is no document of this type for this title number.",
  source_refused: "The document source refused to give the document.",
  source_unavailable: "The document source did not answer. Please retry the order later.",
  document_empty: "The document is an empty file.",
  document_too_large: "The document is larger than 32 MiB.",
  unsupported_format: "The document is not a PNG or JPEG image.",
  image_too_large: "The page has more than 50 megapixels.",
  unreadable_image: "The image is damaged and cannot be read.",
  page_too_slow: "Reading the page took longer than 45 seconds.",
  no_text_found: "No text was found on the page.",
  worker_lost: "The worker that had the order never finished it.",
  internal_error: "Something went wrong here. Please retry the order.",
} as const;

export type FailureCode = keyof typeof messages;

/** What may be different at the next attempt, when the machine has less to do. Everything else fails its order at once. */
const passing: ReadonlySet<FailureCode> = new Set(["source_unavailable", "page_too_slow", "internal_error"]);

export function failureReason(code: FailureCode): FailureReason {
  return { code, message: messages[code] };
}

/** An order cannot be completed, at this attempt (`mayPass`) or at all. */
export class OrderFailure extends Error {
  override readonly name = "OrderFailure";
  readonly code: FailureCode;

  constructor(code: FailureCode, options?: ErrorOptions) {
    super(messages[code], options);
    this.code = code;
  }

  get mayPass(): boolean {
    return passing.has(this.code);
  }

  get reason(): FailureReason {
    return failureReason(this.code);
  }
}

/** Anything that was not foreseen is a fault of ours, and may pass. */
export function asFailure(error: unknown): OrderFailure {
  return error instanceof OrderFailure ? error : new OrderFailure("internal_error", { cause: error });
}
