import type { OfferedDocuments, OrderSummary } from "../../api/types.ts";
import { documentTypes } from "../../order/texts.ts";

/** At most this many title numbers are suggested. */
const maximum = 100;

type Ordered = Pick<OrderSummary, "title_number" | "document_type">;

/** Title numbers with their document types: those of these orders first, then those of the source. */
export function suggestionsFrom(
  orders: readonly Ordered[],
  offered: OfferedDocuments | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const types = new Map<string, Set<string>>();
  for (const { title_number, document_type } of [...orders, ...(offered?.documents ?? [])]) {
    if (title_number === null || document_type === null) continue;
    const known = types.get(title_number);
    if (known) known.add(document_type);
    else if (types.size < maximum) types.set(title_number, new Set([document_type]));
  }
  return types;
}

/**
 * The document types, with those that the source has for this title number apart. All are `others` if that is
 * unknown.
 */
export function typesFor(title: string, offered: OfferedDocuments | undefined) {
  const found = new Set(
    offered?.documents.filter((each) => each.title_number === title).map((each) => each.document_type),
  );
  return {
    offered: documentTypes.filter((type) => found.has(type)),
    others: documentTypes.filter((type) => !found.has(type)),
  };
}
