import { Queue } from "bullmq";
import { z } from "zod";
import type { RedisConnection } from "../redis-connection.ts";
import { orderIdSchema } from "./order.ts";

export const orderQueueName = "orders";

/** A job only points at its order: the record is the order's, the queue may forget the job. */
export const orderJobSchema = z.object({ order_id: orderIdSchema, request_id: z.string() });
export type OrderJob = z.output<typeof orderJobSchema>;

export type OrderQueue = Queue<OrderJob, void, "order">;

/**
 * The producers' side. The version check would ask Redis once at the start, and BullMQ never gets over its failing
 * (6.7), so it is skipped.
 */
export function openOrderQueue(connection: RedisConnection): OrderQueue {
  const queue: OrderQueue = new Queue(orderQueueName, {
    connection,
    skipVersionCheck: true,
    defaultJobOptions: {
      attempts: 3,
      backoff: { type: "exponential", delay: 1000, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: { count: 1000 },
    },
  });
  // The connection's errors, which its own listener has logged already; a failed add rejects.
  queue.on("error", () => {});
  return queue;
}
