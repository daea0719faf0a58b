import { createNodeRedisClient, type Job, Queue } from "bullmq";
import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { orderIdSchema } from "../order.ts";

export const orderQueueName = "orders";

/** A job only refers to one run of its order. Everything known about the order is in its record. */
export const orderJobSchema = z.object({ order_id: orderIdSchema, run: z.int().positive() });
export type OrderJob = z.output<typeof orderJobSchema>;

/** A page (from 1) of a document of several, as found by one attempt at its order. */
export const pageJobSchema = orderJobSchema.extend({ attempt: z.int().positive(), page: z.int().positive() });
export type PageJob = z.output<typeof pageJobSchema>;

export type QueueJob = Job<OrderJob | PageJob, void, "order" | "page">;
export type OrderQueue = Queue<OrderJob | PageJob, void, "order" | "page">;

/** Adding a job a second time changes nothing while the first one exists. */
export const jobId = (orderId: string, run: number) => `${orderId}.${run}`;
export const pageJobId = ({ order_id, run, attempt, page }: PageJob) =>
  `${jobId(order_id, run)}.${attempt}.${page}`;

/** Parses the ids that `jobId` and `pageJobId` make. */
export function parseJobId(id: string): OrderJob | PageJob {
  const [order_id = "", ...numbers] = id.split(".");
  const [run = Number.NaN, attempt, page] = numbers.map(Number);
  return attempt === undefined || page === undefined ? { order_id, run } : { order_id, run, attempt, page };
}

/** BullMQ's highest number for a priority, which is served last. */
const lastPriority = 2 ** 21 - 1;
/** BullMQ multiplies a priority by this to get a score. The lower part counts the jobs of one priority. */
const priorityUnit = 2 ** 32;

/**
 * Returns a function of `n` (from 1) for the priority `n` places behind that of the next job: start-time fair
 * queueing. The pages of a document are two places apart, so that they alternate with new orders and with the
 * pages of other documents. No job is added at the priority being served, so no job waits for ever, however
 * many are added.
 */
async function priorities(redis: RedisConnection, queue: OrderQueue): Promise<(n: number) => number> {
  const [next] = await redis.zRangeWithScores(queue.toKey("prioritized"), 0, 0);
  const served = Math.floor((next?.score ?? 0) / priorityUnit);
  return (n) => Math.min(served + n, lastPriority);
}

/** Queues runs of orders. */
export async function addOrderJobs(
  redis: RedisConnection,
  queue: OrderQueue,
  jobs: readonly OrderJob[],
): Promise<void> {
  const priority = (await priorities(redis, queue))(1);
  // `addBulk` is not used: if Redis restarts and no longer knows BullMQ's script, the transaction of
  // `addBulk` fails permanently (6.7).
  await Promise.all(
    jobs.map((job) => queue.add("order", job, { jobId: jobId(job.order_id, job.run), priority })),
  );
}

/** Queues pages of one document as children of their order's job, which must exist. */
export async function addPageJobs(
  redis: RedisConnection,
  queue: OrderQueue,
  jobs: readonly PageJob[],
): Promise<void> {
  const priorityOf = await priorities(redis, queue);
  await Promise.all(
    jobs.map((job, index) =>
      queue.add("page", job, {
        jobId: pageJobId(job),
        priority: priorityOf(2 * index + 1),
        parent: { id: jobId(job.order_id, job.run), queue: queue.qualifiedName },
        removeDependencyOnFailure: true,
      }),
    ),
  );
}

/** Moves a job behind all that wait now. This takes effect when the job waits again. */
export async function putLast(redis: RedisConnection, queue: OrderQueue, job: QueueJob): Promise<void> {
  const [last] = await redis.zRangeWithScores(queue.toKey("prioritized"), -1, -1);
  const priority = Math.floor((last?.score ?? 0) / priorityUnit) + 1;
  await job.changePriority({ priority: Math.min(priority, lastPriority) });
}

/**
 * Removes the jobs of a run, except those that a worker holds. That worker finds out by itself that the order
 * has ended.
 */
export async function removeJobs(queue: OrderQueue, { order_id, run }: OrderJob): Promise<void> {
  const id = jobId(order_id, run);
  if ((await queue.remove(id)) === 1) return;
  const job = await queue.getJob(id);
  await job?.removeUnprocessedChildren();
}

/**
 * A connection for BullMQ. Its errors are handled here, and the connection's own listener has logged them.
 * BullMQ removes its listener when it closes; an error after that, before the connection is closed too, would
 * end the process.
 */
export function queueConnection(redis: RedisConnection) {
  const connection = createNodeRedisClient(redis);
  connection.on("error", () => {});
  return connection;
}

/**
 * The queue as producers use it. The version check is skipped: it asks Redis once at the start, and BullMQ
 * does not recover if that fails (6.7).
 */
export function openOrderQueue(redis: RedisConnection): OrderQueue {
  const queue: OrderQueue = new Queue(orderQueueName, {
    connection: queueConnection(redis),
    skipVersionCheck: true,
    defaultJobOptions: {
      // For faults outside the attempts, such as Redis going away. The order's record limits the attempts
      // themselves.
      attempts: 1000,
      backoff: { type: "fixed", delay: 2000, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: true,
    },
  });
  // Handles the connection's errors, which its own listener has logged already. A failed `add` still rejects.
  queue.on("error", () => {});
  return queue;
}
