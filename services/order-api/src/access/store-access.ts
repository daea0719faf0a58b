import { Problem } from "@orbital-witness/common/http/problem.ts";
import { isUnreadable } from "@orbital-witness/common/orders/ended/ended-orders.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import { orderPathSchema } from "../order-schemas.ts";

/** The longest wait for Redis before a client gets its answer. */
export const answerLimitMs = 1500;

/** The store's answer, or a 503 problem. */
export function read<T>(reading: Promise<T>): Promise<T> {
  return answered(reading, "Orders cannot be read at the moment.");
}

/** The same for what operators see. */
export function readForOperator<T>(reading: Promise<T>): Promise<T> {
  return answered(reading, "The stack cannot be read at the moment.");
}

/** For reading an order that was just changed: its 503 says that the change was made. */
export function readChanged<T>(reading: Promise<T>): Promise<T> {
  return answered(
    reading,
    "The order was changed, but cannot be shown at the moment. Do not repeat the request: get the " +
      "order later.",
  );
}

/** For changing an order. */
export function write<T>(writing: Promise<T>): Promise<T> {
  return answered(
    writing,
    "Orders cannot be changed at the moment. This change may have been made: check the order's " +
      "status before you try again.",
  );
}

/**
 * Finds an order of the user. Unknown ids and orders of other users get the same 404, so that nobody can find
 * out which ids exist.
 */
export async function ownOrder(
  store: OrderStore,
  user: TokenUser,
  id: string | undefined,
): Promise<OrderRecord> {
  const path = orderPathSchema.safeParse({ id });
  const order = path.success ? await read(store.find(path.data.id)) : undefined;
  if (!order || order.user_id !== user.user_id) throw orderNotFound();
  return order;
}

export function orderNotFound(): Problem {
  return new Problem(404, "order_not_found", "There is no order with this id.");
}

async function answered<T>(work: Promise<T>, detail: string): Promise<T> {
  try {
    return await within(answerLimitMs, work);
  } catch (cause) {
    if (isUnreadable(cause) || cause instanceof Problem) throw cause;
    throw new Problem(503, "store_unavailable", detail, { headers: { "Retry-After": "1" }, cause });
  }
}
