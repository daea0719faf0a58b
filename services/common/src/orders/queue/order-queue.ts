import { createNodeRedisClient, type Job, Queue } from "bullmq";
import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { orderIdSchema } from "../order.ts";

export const orderQueueName = "orders";

/** A job only points at one run of its order: all that is known of the order is in its record. */
export const orderJobSchema = z.object({ order_id: orderIdSchema, run: z.int().positive() });
export type OrderJob = z.output<typeof orderJobSchema>;

/** A page (from 1) of a document of several, as one attempt at its order found it. */
export const pageJobSchema = orderJobSchema.extend({ attempt: z.int().positive(), page: z.int().positive() });
export type PageJob = z.output<typeof pageJobSchema>;

export type QueueJob = Job<OrderJob | PageJob, void, "order" | "page">;
export type OrderQueue = Queue<OrderJob | PageJob, void, "order" | "page">;

/** Adding a job a second time changes nothing as long as the first is there. */
export const jobId = (orderId: string, run: number) => `${orderId}.${run}`;
export const pageJobId = ({ order_id, run, attempt, page }: PageJob) =>
  `${jobId(order_id, run)}.${attempt}.${page}`;

/** What `jobId` or `pageJobId` made. */
export function parseJobId(id: string): OrderJob | PageJob {
  const [order_id = "", ...numbers] = id.split(".");
  const [run = Number.NaN, attempt, page] = numbers.map(Number);
  return attempt === undefined || page === undefined ? { order_id, run } : { order_id, run, attempt, page };
}

/** BullMQ's last priority. */
const lastPriority = 2 ** 21 - 1;
/** How BullMQ makes a priority a score; what is below it counts the jobs of one priority. */
const priorityUnit = 2 ** 32;

/**
 * Priorities `n` (from 1) behind that of the job which is next: start-time fair queueing. The pages of a
 * document are two apart, so that they alternate with the orders that come meanwhile and with other
 * documents' pages. And since no job is added to the priority that is being served, none waits for ever,
 * however many come.
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
  // Not `addBulk`: its transaction fails for good once Redis, restarted, does not know BullMQ's script any
  // more (6.7).
  await Promise.all(
    jobs.map((job) => queue.add("order", job, { jobId: jobId(job.order_id, job.run), priority })),
  );
}

/** Queues pages of one document as children of their order's job, which is to be there. */
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

/** Gives a job a place behind all that wait now. It takes effect when the job waits again. */
export async function putLast(redis: RedisConnection, queue: OrderQueue, job: QueueJob): Promise<void> {
  const [last] = await redis.zRangeWithScores(queue.toKey("prioritized"), -1, -1);
  const priority = Math.floor((last?.score ?? 0) / priorityUnit) + 1;
  await job.changePriority({ priority: Math.min(priority, lastPriority) });
}

/**
 * Removes the jobs of a run but for those that a worker has, which finds out by itself that its order is
 * over.
 */
export async function removeJobs(queue: OrderQueue, { order_id, run }: OrderJob): Promise<void> {
  const id = jobId(order_id, run);
  if ((await queue.remove(id)) === 1) return;
  const job = await queue.getJob(id);
  await job?.removeUnprocessedChildren();
}

/**
 * A connection as BullMQ takes it. Its errors end here, where the connection's own listener has logged them:
 * BullMQ's listener goes when BullMQ is closed, and an error that came before the connection is closed too
 * would end the process.
 */
export function queueConnection(redis: RedisConnection) {
  const connection = createNodeRedisClient(redis);
  connection.on("error", () => {});
  return connection;
}

/**
 * The producers' side. The version check would ask Redis once at the start, and BullMQ never gets over its
 * failing (6.7), so it is skipped.
 */
export function openOrderQueue(redis: RedisConnection): OrderQueue {
  const queue: OrderQueue = new Queue(orderQueueName, {
    connection: queueConnection(redis),
    skipVersionCheck: true,
    defaultJobOptions: {
      // For what goes wrong around an attempt, such as Redis going away; the order's record bounds the
      // attempts themselves.
      attempts: 1000,
      backoff: { type: "fixed", delay: 2000, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: true,
    },
  });
  // The connection's errors, which its own listener has logged already; a failed add rejects.
  queue.on("error", () => {});
  return queue;
}
