import { hasEnded, type OrderRecord, type OrderStatus } from "@orbital-witness/common/orders/order.ts";
import { notEnded } from "./list-schema.ts";

/** An order as the table of lists keeps it, to find and to sort it. */
export type ListRow = {
  order_id: string;
  user_id: number;
  /** The order's score in its user's list. */
  place: number;
  status: OrderStatus;
  finished_ms: number;
  title_number: string | null;
  document_type: string | null;
  name: string;
  words: string;
};

export function listRow(record: OrderRecord, place: number): ListRow {
  const { order_id, user_id, status, title_number, document_type, file_name, reason_message } = record;
  const reason = status === "failed" ? reason_message : undefined;
  const words = [title_number, document_type, document_type?.replaceAll("_", " "), file_name, reason];
  return {
    ...{ order_id, user_id, place, status },
    finished_ms: hasEnded(status) ? (record.finished_ms ?? 0) : notEnded,
    title_number: title_number ?? null,
    document_type: document_type ?? null,
    // A tilde comes after all letters, so that orders without a title number come last.
    name: title_number ?? `~${lowerCase(file_name ?? "")}`,
    // No word of a query has a line break, so that a match is within one of them.
    words: lowerCase(words.filter((text) => text !== undefined).join("\n")),
  };
}

/** The form in which `q` and the rows are compared. */
export function lowerCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
