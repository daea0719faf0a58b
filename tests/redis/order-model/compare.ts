import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import { checkPlaces } from "./check-places.ts";
import { compareChanges } from "./compare-changes.ts";
import { compareOrder, orderKeys } from "./compare-order.ts";
import type { LeaseState } from "./queue-model.ts";
import { same } from "./same.ts";
import type { World } from "./world.ts";

/** Compares everything that Redis holds with the model. */
export async function compare(world: World): Promise<void> {
  const { redis, model } = world;
  const held = [...model.orders.values()];
  const [queue, orders, names, lists] = await Promise.all([
    readQueue(world),
    Promise.all(held.map((order) => compareOrder(world, order))),
    redis.keys("*"),
    Promise.all(world.users.map((user) => redis.zRange(keys.userOrdersKey(user), 0, -1, { REV: true }))),
    compareAhead(world),
    compareChanges(world),
  ]);
  same(queue, expectedQueue(world));
  same(names.filter(isCompared).sort(), expectedKeys(world).sort());
  const newest = held.sort((a, b) => b.place - a.place).map(({ order }) => order);
  same(
    lists.map((ids) => ids.filter((id) => model.orders.has(id))),
    world.users.map((user) => newest.flatMap(({ user_id, order_id }) => (user_id === user ? order_id : []))),
  );
  const inRedis = orders.flatMap((order) => order ?? []);
  checkPlaces(inRedis, [...queue.waiting, ...Object.keys(queue.delayed)], Object.keys(queue.leases));
}

async function readQueue({ redis, leaseMs }: World) {
  const [waiting, delayed, users, leases, workers, marker, unindexed, sequence, unarchived, runs] =
    await Promise.all([
      redis.zRange(keys.waitingKey, 0, -1),
      redis.zRangeWithScores(keys.delayedKey, 0, -1),
      redis.zRangeWithScores(keys.usersKey, 0, -1),
      redis.zRangeWithScores(keys.leasesKey, 0, -1),
      redis.zRange(keys.workersKey, 0, -1),
      redis.zCard(keys.markerKey),
      redis.zRange(keys.unindexedKey, 0, -1),
      redis.get(keys.sequenceKey),
      redis.zRangeWithScores(keys.unarchivedKey, 0, -1),
      redis.hGetAll(keys.archivedRunsKey),
    ]);
  const now = Date.now();
  return {
    waiting,
    delayed: byName(delayed.map(({ value, score }) => [value, score > now ? "later" : "due"])),
    users: byName(users.map(({ value, score }) => [value, score])),
    leases: byName(leases.map(({ value, score }) => [value, leaseState(score - now, leaseMs)])),
    ...{ workers: workers.sort(), marker: marker > 0, unindexed: unindexed.sort() },
    sequence: Number(sequence ?? 0),
    unarchived: byName(unarchived.map(({ value, score }) => [value, score > now ? "later" : "due"])),
    archivedRuns: { ...runs },
  };
}

function expectedQueue({ model }: World) {
  const { waiting, delayed, users, leases, workers, marker } = model.queue;
  return {
    waiting: [...waiting].sort(),
    ...{ delayed: byName(delayed), users: byName(users), leases: byName(leases) },
    ...{ workers: [...workers.keys()].sort(), marker, unindexed: unindexed(model) },
    sequence: model.sequence,
    unarchived: byName(model.queue.unarchived),
    archivedRuns: byName([...model.archivedRuns].map(([id, run]) => [id, String(run)])),
  };
}

const unindexed = ({ orders }: World["model"]) =>
  [...orders].flatMap(([id, { result }]) => (result ? id : [])).sort();

const byName = <T>(entries: Iterable<[string, T]>): Record<string, T> => Object.fromEntries(entries);

function leaseState(leftMs: number, leaseMs: number): LeaseState {
  if (leftMs <= 0) return "expired";
  return leftMs < (leaseMs * 2) / 3 ? "waning" : "fresh";
}

/**
 * The mean duration is an estimate. Entries of a user's list stay after their orders have expired. The
 * changes are compared by themselves.
 */
const isCompared = (key: string) =>
  key !== keys.durationKey && key !== keys.changesKey && !/^user:\d+:orders$/.test(key);

function expectedKeys({ model, known }: World): string[] {
  const { waiting, delayed, users, leases, workers, marker } = model.queue;
  const sizes: Record<string, number> = {
    ...{ [keys.waitingKey]: waiting.size, [keys.delayedKey]: delayed.size, [keys.usersKey]: users.size },
    ...{ [keys.leasesKey]: leases.size, [keys.workersKey]: workers.size, [keys.markerKey]: Number(marker) },
    ...{ [keys.unindexedKey]: unindexed(model).length, [keys.sequenceKey]: model.sequence },
    ...{ [keys.unarchivedKey]: model.queue.unarchived.size, [keys.archivedRunsKey]: model.archivedRuns.size },
  };
  const used = Object.keys(sizes).filter((key) => sizes[key]);
  return [...used, ...known.keys(), ...[...model.orders.values()].flatMap(orderKeys)];
}

/** Compares the number of items before an order, for one of those that wait. */
async function compareAhead({ model, store }: World): Promise<void> {
  const waiting = [...model.orders.values()].filter(({ status }) => status === "queued");
  const order = waiting[model.sequence % waiting.length];
  if (!order?.item) return;
  const overview = await store.overview(order.order.order_id);
  same(overview?.ahead, model.queue.ahead(order.item));
}
