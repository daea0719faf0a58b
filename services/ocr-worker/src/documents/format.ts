import { type Format, formatOf } from "@orbital-witness/common/documents/format.ts";
import { OrderFailure } from "../failure.ts";

/** Detects the format from the content. Throws OrderFailure if it is none of the formats. */
export function detectFormat(bytes: Buffer): Format {
  if (bytes.length === 0) throw new OrderFailure("document_empty");
  const found = formatOf(bytes);
  if (!found) throw new OrderFailure("unsupported_format");
  return found;
}
