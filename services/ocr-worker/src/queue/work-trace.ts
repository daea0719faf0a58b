import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { Claim, ClaimedPage } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { LostLease } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { inTrace, recordSpan, SpanKind } from "@orbital-witness/common/tracing/spans.ts";
import type { PageRead } from "../page-process/page-reader.ts";

type Work = Pick<LostLease, "order_id" | "run" | "attempt" | "page"> &
  Partial<Pick<OrderRecord, "document_type">>;

/**
 * Does the work on an order in the order's trace, which also gets its wait and its claim. `claimMs`: when the
 * worker began to claim, since the epoch. All spans are children of the one that accepted the order, so that
 * an attempt whose worker is killed leaves no gap.
 */
export function inOrderTrace<T>(
  { order, queued_ms }: Extract<Claim, { state: "claimed" }>,
  worker: string,
  claimMs: number,
  work: () => Promise<T>,
): Promise<T> {
  // The record of an order has a `page` too: its progress.
  return inTrace(order.traceparent, attributesOf({ ...order, page: undefined }, worker), () => {
    // Redis may have another clock.
    if (queued_ms !== undefined)
      recordSpan("wait", { startMs: Math.min(queued_ms, claimMs), endMs: claimMs });
    recordClaim(claimMs);
    return work();
  });
}

/** The same for one page of a document of several. */
export function inPageTrace<T>(
  page: ClaimedPage,
  worker: string,
  claimMs: number,
  work: () => Promise<T>,
): Promise<T> {
  return inTrace(page.traceparent, attributesOf(page, worker), () => {
    recordClaim(claimMs);
    return work();
  });
}

/** Records that `worker` put back what a lost worker had. */
export function recordTakeover(traceparent: string | undefined, lease: LostLease, worker: string): void {
  inTrace(traceparent, attributesOf(lease, worker), () => recordSpan("takeover", { failed: "worker_lost" }));
}

/** What a page was like, and how many ms each step of reading it took. */
export function pageAttributes({ isEmpty, characters, steps }: PageRead) {
  const times = Object.entries(steps).map(([step, ms]) => [`page.${step}_ms`, Math.round(ms)] as const);
  return { "page.empty": isEmpty, "page.characters": characters, ...Object.fromEntries(times) };
}

function recordClaim(startMs: number): void {
  recordSpan("claim", { kind: SpanKind.CONSUMER, startMs });
}

function attributesOf({ order_id, run, attempt, page, document_type }: Work, worker: string) {
  return {
    ...{ "order.id": order_id, "order.run": run, "order.attempt": attempt, worker },
    ...(document_type !== undefined && { "document.type": document_type }),
    ...(page !== undefined && { "page.number": page }),
  };
}
