import { hasEnded, orderIdSchema } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";

const minuteMs = 60_000;
/** How long a part is kept to which nothing is added. The Order API gives up much earlier. */
const partMs = 10 * minuteMs;
/** How long a document is kept whose order is unknown. The order may still be accepted. */
const unknownMs = 60 * minuteMs;

/**
 * Removes the uploaded documents that no order needs: what interrupted uploads left, and documents of orders
 * that do not exist, have expired, or ended and cannot be retried. Returns how many were removed.
 */
export async function sweepUploads(
  { uploads, store }: { uploads: UploadStore; store: OrderStore },
  now = Date.now(),
): Promise<number> {
  let removed = 0;
  const failures: unknown[] = [];
  for await (const { orderId, isPart, changedMs } of uploads.list()) {
    if (!orderIdSchema.safeParse(orderId).success) continue;
    if (changedMs >= now - (isPart ? partMs : unknownMs)) continue;
    try {
      if (!isPart && (await isNeeded(store, orderId))) continue;
      await uploads.remove(orderId);
      removed++;
    } catch (error) {
      // One order that cannot be read must not keep the others from being swept.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return removed;
}

async function isNeeded(store: OrderStore, orderId: string): Promise<boolean> {
  const ended = await store.ended.find(orderId);
  // It may have been retried meanwhile, so Redis is asked last.
  const held = await store.held.find(orderId);
  const status = held?.status ?? ended?.record.status;
  return status !== undefined && (status === "failed" || !hasEnded(status));
}
