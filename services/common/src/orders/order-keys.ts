/**
 * The keys of one order: its record (hash), its events (a stream, and a channel that announces each event)
 * and the outcomes of the pages of its last attempt (hash).
 */
export const recordKey = (orderId: string) => `order:${orderId}`;
export const eventsKey = (orderId: string) => `order:${orderId}:events`;
export const pagesKey = (orderId: string) => `order:${orderId}:pages`;

/** A user's orders: a sorted set, scored by the sequence number at which each order was accepted. */
export const userOrdersKey = (userId: number) => `user:${userId}:orders`;
export const userOrdersPattern = "user:*:orders";
/** The user of a `userOrdersKey`. */
export const userOfOrdersKey = (key: string) => Number(key.split(":")[1]);

/**
 * The order that was accepted under an Idempotency-Key, and the fingerprint of its request. The key is stored
 * as a digest because it may have any length.
 */
export const idempotencyKey = (userId: number, digest: string) => `user:${userId}:idempotency:${digest}`;
export const idempotencyPattern = "user:*:idempotency:*";

/** Numbers the orders in the sequence in which they are accepted and retried. */
export const sequenceKey = "orders:sequence";
/** Sorted set of the items that wait for a worker. All scores are 0, so that it is in lexical order. */
export const waitingKey = "queue:waiting";
/** Sorted set of the items that wait for their time, scored by it. */
export const delayedKey = "queue:delayed";
/** Sorted set of the users with waiting items, scored by the number of pages served. */
export const usersKey = "queue:users";
/** Sorted set of the leases of the attempts and pages that workers have, scored by their end. */
export const leasesKey = "queue:leases";
/** Sorted set with one member while items wait. An idle worker blocks until it can pop that member. */
export const markerKey = "queue:marker";
/** Sorted set of the workers, scored by the time each was last seen. */
export const workersKey = "orders:workers";
/**
 * Sorted set of the completed orders that are not in the search index yet, scored by their completion time.
 */
export const unindexedKey = "orders:unindexed";
/** Sorted set of the ended orders that Redis still holds, scored by when they are due to be archived. */
export const unarchivedKey = "orders:unarchived";
/** Hash of the runs of the archived orders that were retried. Every other archived order had one run. */
export const archivedRunsKey = "orders:archived-runs";
/**
 * The latest changes of all users' orders: a capped stream with the `order` and the `user` of each, and
 * `removed` if the order no longer exists.
 */
export const changesKey = "orders:changes";
/** Hash with `mean_ms`, the moving mean of the time for which workers read an order's pages. */
export const durationKey = "orders:duration";
/** The worker that sweeps the results. Expires unless that worker renews it. */
export const sweeperKey = "orders:sweeper";

/** What versions up to 0.1.0 kept beside the orders' records: their order of service and BullMQ's queue. */
export const earlierKeys = ["orders:waiting", "orders:outbox", "bull:orders:meta"];
export const earlierQueue = "bull:orders:*";
export const earlierPatterns = [...earlierKeys, earlierQueue] as const;

/** The keys that the steps of the queue have, in the order in which `order.lua` names them. */
export const queueKeys = [
  ...[waitingKey, delayedKey, usersKey, leasesKey, workersKey, markerKey],
  ...[durationKey, unindexedKey, unarchivedKey, sequenceKey],
] as const;

/** The keys that every step of an order has, in the order in which `order.lua` names them. */
export function stepKeys(orderId: string, ...more: string[]): string[] {
  return [...queueKeys, recordKey(orderId), eventsKey(orderId), pagesKey(orderId), changesKey, ...more];
}
