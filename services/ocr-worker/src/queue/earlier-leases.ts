import { setTimeout as pause } from "node:timers/promises";
import type { OrderQueue, OwnLease } from "@orbital-witness/common/orders/queue/order-queue.ts";

/** A worker renews its leases every second. One that is not renewed for this time has no worker. */
const renewedMs = 3000;

/**
 * Finds what an earlier process of this worker had when it ended. Call it before the first claim. `abandoned`
 * resolves a while later, without the leases that were renewed since: they belong to another worker of the
 * same name. It rejects with the signal's reason.
 */
export async function findEarlierLeases(
  queue: OrderQueue,
  worker: string,
  signal: AbortSignal,
): Promise<{ abandoned: () => Promise<OwnLease[]> }> {
  const before = await queue.leasesOf(worker);
  const abandoned = async () => {
    if (before.length === 0) return [];
    await pause(renewedMs, undefined, { signal, ref: false });
    const ends = new Map((await queue.leasesOf(worker)).map(({ name, endMs }) => [name, endMs]));
    return before.filter(({ name, endMs }) => ends.get(name) === endMs);
  };
  return { abandoned };
}
