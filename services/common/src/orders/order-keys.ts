/**
 * The keys of one order: its record (hash), its events (a stream, and a channel that announces each event)
 * and the outcomes of an attempt's pages (hash).
 */
export const recordKey = (orderId: string) => `order:${orderId}`;
export const eventsKey = (orderId: string) => `order:${orderId}:events`;
export const pagesKey = (orderId: string, attempt: number) => `order:${orderId}:pages:${attempt}`;

/** A user's orders: a sorted set, scored by the sequence number at which each order was accepted. */
export const userOrdersKey = (userId: number) => `user:${userId}:orders`;

/**
 * The order that was accepted under an Idempotency-Key, and the fingerprint of its request. The key is stored
 * as a digest because it may have any length.
 */
export const idempotencyKey = (userId: number, digest: string) => `user:${userId}:idempotency:${digest}`;

/** Numbers the orders in the sequence in which they are accepted and retried. */
export const sequenceKey = "orders:sequence";
/** Sorted set of the orders that wait for a worker, scored by their turn. */
export const waitingKey = "orders:waiting";
/** Sorted set of the accepted jobs that are not in the queue yet, scored by the time they were accepted. */
export const outboxKey = "orders:outbox";
/**
 * Sorted set of the completed orders that are not in the search index yet, scored by their completion time.
 */
export const unindexedKey = "orders:unindexed";
/** Hash with `mean_ms`, the moving mean of the time that a worker spends on an order. */
export const durationKey = "orders:duration";
/** The worker that sweeps the results. Expires unless that worker renews it. */
export const sweeperKey = "orders:sweeper";
/** Sorted set of the workers, scored by the time each was last seen. */
export const workersKey = "orders:workers";
