import { type CapacityGuard, reserves } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { QueuePace } from "@orbital-witness/common/orders/held-orders.ts";
import type { OrderWait } from "@orbital-witness/common/orders/lists/listed-order.ts";

/** What the times and reasons of waiting orders follow from. `isRoomShort`: workers wait for room. */
export type QueueState = QueuePace & { isRoomShort: boolean };

/** What an order can wait for. */
export const waitReasons = ["workers", "room", "next_attempt", "earlier_orders", "worker"] as const;
export type WaitReason = (typeof waitReasons)[number];

export function queueState(pace: QueuePace, capacity: CapacityGuard): QueueState {
  return { ...pace, isRoomShort: capacity.isShortOf(reserves.working) };
}

/** Where an order stands in the queue, as the API shows it. Without `wait`, the order does not wait. */
export function waitView(wait: OrderWait | undefined, queue: QueueState, now = Date.now()) {
  if (!wait) return { position: null, expected_seconds: null, waits_for: null, next_attempt_at: null };
  const position = wait.ahead + 1;
  const { nextAttemptMs } = wait;
  return {
    position,
    expected_seconds: expectedSeconds(position, queue),
    waits_for: waitReason(wait, queue, now),
    next_attempt_at: nextAttemptMs === undefined ? null : new Date(nextAttemptMs).toISOString(),
  };
}

/** The reason that must pass first. A delay that has ended still counts until a worker looks. */
function waitReason({ ahead, nextAttemptMs = 0 }: OrderWait, queue: QueueState, now: number): WaitReason {
  if (queue.workers === 0) return "workers";
  if (queue.isRoomShort) return "room";
  if (nextAttemptMs > now) return "next_attempt";
  return ahead === 0 ? "worker" : "earlier_orders";
}

function expectedSeconds(position: number, { meanMs, workers }: QueuePace): number | null {
  return meanMs === undefined ? null : Math.ceil((position * meanMs) / Math.max(1, workers) / 1000);
}
