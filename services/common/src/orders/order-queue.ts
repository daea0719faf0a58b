import { createNodeRedisClient, Queue } from "bullmq";
import { z } from "zod";
import type { RedisConnection } from "../redis-connection.ts";
import { orderIdSchema } from "./order.ts";

export const orderQueueName = "orders";

/** A job only points at one run of its order: all that is known of the order is in its record. */
export const orderJobSchema = z.object({ order_id: orderIdSchema, run: z.int().positive() });
export type OrderJob = z.output<typeof orderJobSchema>;

export type OrderQueue = Queue<OrderJob, void, "order">;

/** Adding a job a second time changes nothing as long as the first is there. */
export const jobId = (orderId: string, run: number) => `${orderId}.${run}`;

/** What `jobId` made. */
export function parseJobId(id: string): OrderJob {
  const [order_id = "", run] = id.split(".");
  return { order_id, run: Number(run) };
}

/**
 * A connection as BullMQ takes it. Its errors end here, where the connection's own listener has logged them: BullMQ's listener goes
 * when BullMQ is closed, and an error that came before the connection is closed too would end the process.
 */
export function queueConnection(redis: RedisConnection) {
  const connection = createNodeRedisClient(redis);
  connection.on("error", () => {});
  return connection;
}

/**
 * The producers' side. The version check would ask Redis once at the start, and BullMQ never gets over its failing
 * (6.7), so it is skipped.
 */
export function openOrderQueue(redis: RedisConnection): OrderQueue {
  const queue: OrderQueue = new Queue(orderQueueName, {
    connection: queueConnection(redis),
    skipVersionCheck: true,
    defaultJobOptions: {
      // For what goes wrong around an attempt, such as Redis going away; the order's record bounds the attempts themselves.
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
