import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";

/** Throws 503 when there is no room for another order. */
export function checkCapacity({ shortage }: CapacityGuard): void {
  if (shortage) throw storeFull();
}

/** Redis refused a command because of its memory limit, and executed no part of it. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("OOM ");
}

/** Throws 503 for that, and other errors as they are. */
export function fullOr(error: unknown): never {
  throw isOutOfMemory(error) ? storeFull(error) : error;
}

export function storeFull(cause?: unknown): Problem {
  const detail =
    "There is no room for more orders. Nothing was ordered by this request. " +
    "Room comes as older orders expire. " +
    "For more of it, free disk space, give Redis more memory, or keep orders for a shorter time " +
    "(resultDays).";
  return new Problem(503, "store_full", detail, { headers: { "Retry-After": "60" }, cause });
}
