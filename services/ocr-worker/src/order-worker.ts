import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import { type OrderJob, orderJobSchema, orderQueueName } from "@orbital-witness/common/orders/order-queue.ts";
import { StoreFullError } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis-connection.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { type Job, WaitingError, Worker } from "bullmq";
import { failureReason } from "./failure.ts";
import { type OrderTools, processOrder } from "./process-order.ts";

/** A worker that is silent about its job for so long has lost it to another. */
const lockMs = 30_000;
const stalledCheckMs = 5000;
/** The queue's own count of lost workers must not end a job before the order's record does (`maxStarts`). */
const queueStalls = 100;
const closeLimitMs = 3000;
/** Far shorter than the stop's grace, which it is part of. */
const fullPauseMs = 5000;

/** Takes orders one by one: a page keeps one core busy, so more at once means more workers. */
export class OrderWorker {
  readonly #tools: OrderTools;
  readonly #log: Log;
  readonly #state: StateLog;
  readonly #worker: Worker<OrderJob>;
  #current: Promise<void> = Promise.resolve();
  #closing = false;

  constructor(connection: RedisConnection, tools: OrderTools, log: Log) {
    this.#tools = tools;
    this.#log = log;
    this.#state = new StateLog(log, "the order queue");
    this.#worker = new Worker<OrderJob>(
      orderQueueName,
      (job, token) => {
        this.#current = this.#process(job, token);
        return this.#current;
      },
      {
        connection,
        skipVersionCheck: true,
        concurrency: 1,
        lockDuration: lockMs,
        stalledInterval: stalledCheckMs,
        maxStalledCount: queueStalls,
        // After a lost connection; the default of 15 s would be felt.
        runRetryDelay: 1000,
      },
    );
    this.#worker.on("error", (error) => this.#state.failed(error));
    this.#worker.on("failed", (job) => this.#givenUp(job));
  }

  /** Rejects when no orders are taken. */
  async running(): Promise<void> {
    if (!this.#worker.isRunning()) throw new Error("the worker takes no orders");
  }

  /** Finishes the order at hand and takes no other. Rejects when Redis does not answer. */
  async close(): Promise<void> {
    this.#closing = true;
    const closing = this.#worker.close();
    await Promise.allSettled([this.#current]);
    await within(closeLimitMs, closing);
  }

  async #process(job: Job<OrderJob>, token: string | undefined): Promise<void> {
    this.#state.recovered();
    const data = orderJobSchema.parse(job.data);
    const lastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    const log = this.#log.child(data);
    for (let full = false; ; full = true) {
      try {
        await processOrder(this.#tools, data, lastAttempt, log);
        return;
      } catch (err) {
        if (!(err instanceof StoreFullError)) throw err;
        if (!full) log.error({ err }, "Redis is full, the order waits until there is room");
      }
      // Here and not in the queue: a full Redis refuses the order's end and not the job's, whose attempts would be
      // used up in seconds. Nothing is read anew before there is room, since the claim is refused too.
      await pause(fullPauseMs);
      if (this.#closing) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
    }
  }

  /** The queue's last attempt is over, perhaps because Redis went away during it: the order must end too. */
  async #givenUp(job: Job<OrderJob> | undefined): Promise<void> {
    if (!job?.finishedOn) return;
    const log = this.#log.child({ ...job.data, code: "internal_error" });
    const reason = failureReason("internal_error");
    try {
      const finishedAt = new Date().toISOString();
      const outcome = await this.#tools.store.fail(job.data.order_id, undefined, finishedAt, reason);
      if (outcome === "written") log.error("order failed");
    } catch (err) {
      log.error({ err }, "the order's failure could not be written");
    }
  }
}
