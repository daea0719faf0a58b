import { setTimeout as pause } from "node:timers/promises";
import type { QueueJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { type Processor, Worker, type WorkerOptions } from "bullmq";
import type { Consumption } from "./consumption.ts";

/**
 * The pause after an error reply, in ms. BullMQ asks again at once, and Redis can send replies such as
 * LOADING thousands of times a second.
 */
const refusedPauseMs = 500;

/**
 * BullMQ's worker, which also reports the outcome of each request for a job. BullMQ's own state only says
 * that it should be asking.
 */
export class QueueWorker extends Worker<QueueJob["data"], void, QueueJob["name"]> {
  readonly #consumption: Consumption;

  constructor(
    queue: string,
    processor: Processor<QueueJob["data"], void, QueueJob["name"]>,
    options: WorkerOptions,
    consumption: Consumption,
  ) {
    super(queue, processor, { ...options, autorun: false });
    this.#consumption = consumption;
  }

  protected override async moveToActive(token: string, name?: string): Promise<QueueJob> {
    try {
      const job = await super.moveToActive(token, name);
      this.#consumption.answered();
      return job;
    } catch (error) {
      this.#consumption.refused(error);
      if (!this.closing) await pause(refusedPauseMs);
      throw error;
    }
  }
}
