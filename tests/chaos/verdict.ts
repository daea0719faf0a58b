import type { DocumentKind, PlannedOrder } from "./plan.ts";

/**
 * The outcome of placing an order: `unknown` is an answer that was cut off, or a 5xx that promises nothing.
 */
export type Placement =
  | { readonly outcome: "accepted"; readonly orderId: string }
  | { readonly outcome: "refused" }
  | { readonly outcome: "unknown" };

export interface LedgerEntry {
  readonly order: PlannedOrder;
  readonly placement: Placement;
  /** The answer to the cancellation; undefined if none was sent. */
  readonly cancellation: "cancelled" | "refused" | "unknown" | undefined;
}

/** An order as the API shows it at the end, with its text if it has one. */
export interface FinalOrder {
  readonly orderId: string;
  readonly titleNumber: string;
  readonly status: string;
  readonly reasonCode: string | undefined;
  /** Every status it had, oldest first. */
  readonly history: readonly string[];
  readonly text: string | undefined;
}

const endStatuses = new Set(["completed", "failed", "cancelled"]);
/** Failure reasons that a fault may cause for any order. */
const faultReasons = new Set(["source_unavailable", "worker_lost", "internal_error"]);
const ownReason = {
  good: undefined,
  long: undefined,
  missing: "document_not_found",
  broken: "document_damaged",
} as const;

/** The expected text by document; undefined for documents that cannot be read. */
export type ExpectedTexts = Readonly<Partial<Record<DocumentKind, string>>>;

/** Describes each broken promise in one line. Empty if all were kept. */
export function violations(
  ledger: readonly LedgerEntry[],
  finals: readonly FinalOrder[],
  expected: ExpectedTexts,
): string[] {
  const found = Map.groupBy(finals, ({ titleNumber }) => titleNumber);
  const planned = new Set(ledger.map(({ order }) => order.titleNumber));
  return [
    ...finals
      .filter(({ titleNumber }) => !planned.has(titleNumber))
      .map(({ orderId }) => `${orderId}: exists, but nobody ordered it`),
    ...ledger.flatMap((entry) => ofEntry(entry, found.get(entry.order.titleNumber) ?? [], expected)),
  ];
}

function ofEntry(entry: LedgerEntry, finals: readonly FinalOrder[], expected: ExpectedTexts): string[] {
  const { order, placement } = entry;
  const name = order.titleNumber;
  const [final] = finals;
  if (finals.length > 1) return [`${name}: became ${finals.length} orders`];
  if (placement.outcome === "accepted" && final === undefined) return [`${name}: was accepted, but is gone`];
  if (final === undefined) return [];
  if (placement.outcome === "refused") return [`${name}: was refused, but exists (${final.status})`];
  if (placement.outcome === "accepted" && final.orderId !== placement.orderId)
    return [`${name}: was accepted as ${placement.orderId}, but is ${final.orderId}`];
  return ofFinal(entry, final, expected).map((what) => `${name}: ${what}`);
}

function ofFinal({ order, cancellation }: LedgerEntry, final: FinalOrder, expected: ExpectedTexts): string[] {
  if (!endStatuses.has(final.status)) return [`has not ended, but is ${final.status}`];
  const wrong: string[] = [];
  const ends = final.history.filter((status) => endStatuses.has(status));
  if (ends.length !== 1 || ends[0] !== final.status)
    wrong.push(`is ${final.status}, but ended as ${ends.join(", ") || "nothing"}`);
  if (cancellation === "cancelled" && final.status !== "cancelled")
    wrong.push(`was cancelled, but is ${final.status}`);
  if (cancellation === undefined && final.status === "cancelled") wrong.push("is cancelled, but by nobody");
  if (final.status === "completed") {
    const text = expected[order.document];
    if (text === undefined) wrong.push(`is completed, but its document is ${order.document}`);
    else if (final.text !== text) wrong.push(`has the text ${JSON.stringify(final.text)}`);
  }
  if (final.status === "failed") {
    const code = final.reasonCode ?? "";
    if (code !== ownReason[order.document] && !faultReasons.has(code)) wrong.push(`failed with "${code}"`);
  }
  return wrong;
}
