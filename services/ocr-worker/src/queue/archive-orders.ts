import type { Log } from "@orbital-witness/common/log.ts";
import type { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";

/**
 * Archives orders that ended. One that cannot be archived stays in Redis and is tried again in a minute; it
 * must not keep the others from being archived.
 */
export async function archiveOrders(
  archive: OrderArchive,
  orders: readonly string[],
  log: Log,
): Promise<void> {
  await Promise.all(
    orders.map((order_id) =>
      archive.archive(order_id).catch((err: unknown) => {
        log.error({ order_id, err }, "an ended order cannot be archived, and is tried again in a minute");
      }),
    ),
  );
}
