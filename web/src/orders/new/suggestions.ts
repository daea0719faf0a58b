import type { OrderSummary } from "../../api/types.ts";
import { samples } from "./samples.ts";

/** At most this many title numbers are suggested. */
const maximum = 100;

/** Title numbers with their document types: those of these orders first, then the samples. */
export function suggestionsFrom(
  orders: readonly Pick<OrderSummary, "title_number" | "document_type">[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const types = new Map<string, Set<string>>();
  for (const { title_number, document_type } of [...orders, ...samples]) {
    if (title_number === null || document_type === null) continue;
    const known = types.get(title_number);
    if (known) known.add(document_type);
    else if (types.size < maximum) types.set(title_number, new Set([document_type]));
  }
  return types;
}
