/**
 * An order's keys: its record (hash), its events (stream, and the channel that tells of each) and what became
 * of an attempt's pages (hash).
 */
export const recordKey = (orderId: string) => `order:${orderId}`;
export const eventsKey = (orderId: string) => `order:${orderId}:events`;
export const pagesKey = (orderId: string, attempt: number) => `order:${orderId}:pages:${attempt}`;

/** A user's orders, a sorted set by the number under which each was accepted. */
export const userOrdersKey = (userId: number) => `user:${userId}:orders`;

/**
 * The order that was accepted under an Idempotency-Key, and of what request. `digest` because a key may be of
 * any length.
 */
export const idempotencyKey = (userId: number, digest: string) => `user:${userId}:idempotency:${digest}`;

/** Numbers the orders as they are accepted and retried. */
export const sequenceKey = "orders:sequence";
/** Sorted set of the orders that wait for a worker, by their turn. */
export const waitingKey = "orders:waiting";
/** Sorted set of the jobs that are accepted and not yet in the queue, by the time of that. */
export const outboxKey = "orders:outbox";
/** Sorted set of the completed orders that are not in the search index yet, by when they were completed. */
export const unindexedKey = "orders:unindexed";
/** Hash with `mean_ms`, the moving mean of what an order takes a worker. */
export const durationKey = "orders:duration";
/** The worker that sweeps the results, until its time runs out. */
export const sweeperKey = "orders:sweeper";
/** Sorted set of the workers, by when each was last seen. */
export const workersKey = "orders:workers";
