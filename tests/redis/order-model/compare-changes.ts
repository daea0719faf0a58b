import { changesAfter } from "@orbital-witness/common/orders/order-changes.ts";
import { endedPages, type ModelOrder } from "./order-model.ts";
import { same } from "./same.ts";
import type { World } from "./world.ts";

/**
 * Compares the new entries of the changes with the orders that look different since the last comparison, as
 * one change of each.
 */
export async function compareChanges(world: World): Promise<void> {
  const { redis, model, shown } = world;
  const changes = await changesAfter(redis, world.lastChange);
  world.lastChange = changes.at(-1)?.id ?? world.lastChange;
  const told = changes.map(
    ({ orderId, userId, removed }) => `${orderId} of ${userId}${removed ? " removed" : ""}`,
  );

  const looks = new Map([...model.orders].map(([id, order]) => [id, lookOf(order)]));
  const users = new Map(world.accepted.map(({ order_id, user_id }) => [order_id, user_id]));
  const changed = [...looks].flatMap(([id, look]) =>
    shown.get(id) === look ? [] : `${id} of ${users.get(id)}`,
  );
  const removed = [...shown.keys()].flatMap((id) =>
    looks.has(id) ? [] : `${id} of ${users.get(id)} removed`,
  );
  world.shown = looks;
  same([...new Set(told)].sort(), [...changed, ...removed].sort());
}

/** What a customer sees of an order. */
function lookOf(order: ModelOrder): string {
  const { status, history, attempts, count, reason } = order;
  return JSON.stringify([status, history.length, attempts, count, endedPages(order), reason]);
}
