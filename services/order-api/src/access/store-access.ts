import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import { z } from "zod";
import { orderView } from "../follow/order-view.ts";
import { type OrderView, orderPathSchema } from "../order-schemas.ts";

/** How long Redis is waited for where a customer waits. */
export const answerLimitMs = 1500;

/** What the store answers, or 503 when it does not. */
export function read<T>(reading: Promise<T>): Promise<T> {
  return answered(reading, "Orders cannot be read at the moment.");
}

/** The same for looking at an order that was just changed: its 503 must not sound as if nothing had been done. */
export function readChanged<T>(reading: Promise<T>): Promise<T> {
  return answered(
    reading,
    "The order was changed as asked; only it cannot be shown at the moment. Do not send this again: look at the order later.",
  );
}

/** The same for what changes an order. */
export function write<T>(writing: Promise<T>): Promise<T> {
  return answered(
    writing,
    "Orders cannot be changed at the moment. Whether this one was is not known: look at its status before you try again.",
  );
}

/** Somebody else's order and none at all are the same 404: ids are not for guessing. */
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

/** All that is to be seen of an order whose owner asks. `look`: `read`, or `readChanged` after a change. */
export async function viewOf(store: OrderStore, orderId: string, look = read): Promise<OrderView> {
  const snapshot = await look(store.snapshot(orderId));
  if (!snapshot) throw orderNotFound();
  return orderView(snapshot, snapshot.ahead === undefined ? undefined : await look(store.pace()));
}

export function orderNotFound(): Problem {
  return new Problem(404, "order_not_found", "There is no order with this id.");
}

async function answered<T>(work: Promise<T>, detail: string): Promise<T> {
  try {
    return await within(answerLimitMs, work);
  } catch (cause) {
    if (cause instanceof z.ZodError || cause instanceof Problem) throw cause;
    throw new Problem(503, "store_unavailable", detail, { headers: { "Retry-After": "1" }, cause });
  }
}
