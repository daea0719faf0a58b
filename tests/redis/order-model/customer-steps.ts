import { hasEnded } from "@orbital-witness/common/orders/order.ts";
import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import { maxRuns } from "@orbital-witness/common/orders/order-store.ts";
import { expect } from "vitest";
import { inTime, sampleOrder } from "../sample-order.ts";
import type { Choices, Step, World } from "./world.ts";

const hourMs = 3_600_000;

const hasAccepted = ({ accepted }: World) => accepted.length > 0;

/** The time from which the order waits, which Redis took between `sinceMs` and now. */
async function queuedMs({ redis }: World, orderId: string, sinceMs: number): Promise<number> {
  const queued = Number(await redis.hGet(keys.recordKey(orderId), "queued_ms"));
  expect(queued).toBeGreaterThanOrEqual(sinceMs);
  expect(queued).toBeLessThanOrEqual(Date.now());
  return queued;
}

async function accept(world: World, choices: Choices): Promise<void> {
  const { store, model, known } = world;
  const user_id = choices.from(world.users);
  const key = choices.from([undefined, undefined, "k"]);
  const fingerprint = choices.from(["a", "a", "b"]);
  const isLate = choices.from([false, false, false, false, true]);
  const order = sampleOrder({ user_id });
  const started = Date.now();
  const reply = await store.accept(
    order,
    isLate ? started - 1 : inTime(),
    key === undefined ? undefined : { key, fingerprint },
  );
  if (isLate) return expect(reply).toEqual({ outcome: "late", orderId: "" });
  const name = keys.idempotencyKey(user_id, key ?? "");
  const before = key === undefined ? undefined : known.get(name);
  if (before) {
    const outcome = before.fingerprint === fingerprint ? "known" : "mismatch";
    return expect(reply).toEqual({ outcome, orderId: before.id });
  }
  const { order_id } = order;
  expect(reply).toEqual({ outcome: "accepted", orderId: order_id });
  if (key !== undefined) known.set(name, { id: order_id, fingerprint });
  world.accepted.push({ order_id, user_id, key });
  model.accept(order, await queuedMs(world, order_id, started));
}

async function cancel({ redis, store, model, accepted }: World, choices: Choices): Promise<void> {
  const { order_id } = choices.from(accepted);
  const outcome = await store.cancel(order_id);
  expect(outcome).toBe(model.cancel(order_id));
  if (outcome !== "cancelled" || model.queue.unarchived.get(order_id) === "due") return;
  // Its worker has a few seconds, which may pass during the test.
  const due = Number(await redis.zScore(keys.unarchivedKey, order_id));
  expect(due).toBeGreaterThan(Date.now());
  await redis.zAdd(keys.unarchivedKey, { value: order_id, score: due + hourMs });
}

async function retry(world: World, choices: Choices): Promise<void> {
  const { accepted, model } = world;
  const failed = accepted.filter(({ order_id }) => model.orders.get(order_id)?.status === "failed");
  const { order_id } = choices.from(choices.from([failed, accepted].filter(({ length }) => length > 0)));
  const started = Date.now();
  const { outcome, run } = await world.store.retry(order_id);
  const queued = outcome === "queued" ? await queuedMs(world, order_id, started) : 0;
  expect(outcome).toBe(model.retry(order_id, maxRuns, queued));
  if (outcome === "queued") expect(run).toBe(model.orders.get(order_id)?.run);
}

/** The Order API revokes only orders that came without an Idempotency-Key. */
const revocable = ({ accepted }: World) => accepted.filter(({ key }) => key === undefined);

async function revoke(world: World, choices: Choices): Promise<void> {
  const order = choices.from(revocable(world));
  expect(await world.store.revoke(order)).toBe(world.model.revoke(order.order_id));
}

const unended = ({ orders }: World["model"]) =>
  [...orders.values()].filter(({ status }) => !hasEnded(status)).length;

const archivedOrders = ({ model }: World) =>
  [...model.orders.values()].filter(({ isArchived }) => isArchived).map(({ order }) => order);

/** The order's retention has passed, and that of its Idempotency-Key, which began before. */
async function expire(world: World, choices: Choices): Promise<void> {
  const { redis, store, results, known, model } = world;
  const { order_id: id, user_id } = choices.from(archivedOrders(world));
  const names = [...known].filter(([, order]) => order.id === id).map(([name]) => name);
  if (names.length > 0) await redis.del(names);
  await results.removeOrder(id);
  await store.lists.forget(user_id, id);
  await redis.zRem(keys.unindexedKey, id);
  for (const name of names) known.delete(name);
  model.expire(id);
}

export const customerSteps = {
  // Few orders at a time live longer.
  accept: { can: ({ model }: World) => unended(model) < 5, play: accept },
  cancel: { can: hasAccepted, play: cancel },
  retry: { can: hasAccepted, play: retry },
  revoke: { can: (world: World) => revocable(world).length > 0, play: revoke },
  expire: { can: (world: World) => archivedOrders(world).length > 0, play: expire },
} satisfies Record<string, Step>;
