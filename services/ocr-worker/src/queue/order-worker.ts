import type { Log } from "@orbital-witness/common/log.ts";
import {
  addPageJobs,
  type OrderJob,
  type OrderQueue,
  orderJobSchema,
  orderQueueName,
  type PageJob,
  pageJobSchema,
  parseJobId,
  putLast,
  type QueueJob,
  queueConnection,
} from "@orbital-witness/common/orders/queue/order-queue.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { DelayedError, ErrorCode, UnrecoverableError, WaitingChildrenError, WaitingError } from "bullmq";
import type { z } from "zod";
import { failureReason } from "../failure.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { beatMs, Consumption } from "./consumption.ts";
import { persist } from "./persist.ts";
import { processOrder } from "./process-order.ts";
import { processPage } from "./process-page.ts";
import { QueueWorker } from "./queue-worker.ts";
import type { JobEnd, OrderTools } from "./watched-work.ts";

/** The lifetime of the lock on a job. A worker that does not renew it loses the job to another. */
const lockMs = 10_000;
const stalledCheckMs = 5000;
const closeLimitMs = 3000;

/** The codes of BullMQ's errors for a job that another worker holds or has completed. */
const lostJobCodes: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/** BullMQ has no code for this error. */
const lostLockMessage = "could not renew lock";

export type OrderWorkerOptions = {
  /**
   * How long, in ms, a shutdown waits for the current order or page to finish, and then for handing it back.
   */
  finishMs?: number;
  handBackMs?: number;
  /** Resolves when there is room for a document and its result. Rejects with the signal's reason. */
  room?: (signal: AbortSignal) => Promise<void>;
  /** Called when the worker takes no orders and cannot recover by itself. */
  stuck: () => void;
};

/**
 * Takes orders and pages one at a time. A page keeps one core busy, so parallel reading needs more workers.
 */
export class OrderWorker {
  readonly #redis: RedisConnection;
  readonly #queue: OrderQueue;
  readonly #tools: OrderTools;
  readonly #options: Required<OrderWorkerOptions>;
  readonly #log: Log;
  readonly #state: StateLog;
  readonly #consumption = new Consumption();
  readonly #worker: QueueWorker;
  readonly #beating: Promise<void>;
  readonly #closing = new AbortController();
  readonly #handBack = new AbortController();
  readonly #giveUp = new AbortController();
  #givingUp: Promise<void> = Promise.resolve();

  /**
   * `redis` must hold commands while Redis is away, because BullMQ's loop would spin on commands that fail at
   * once. `queue` is used to add the pages of long documents.
   */
  constructor(
    redis: RedisConnection,
    queue: OrderQueue,
    tools: OrderTools,
    log: Log,
    options: OrderWorkerOptions,
  ) {
    this.#redis = redis;
    this.#queue = queue;
    this.#tools = tools;
    this.#options = { finishMs: 20_000, handBackMs: 5000, room: async () => {}, ...options };
    this.#log = log;
    this.#state = new StateLog(log, "the order queue");
    this.#worker = new QueueWorker(
      orderQueueName,
      (job, token) => this.#consumption.during(this.#process(job, token)),
      {
        connection: queueConnection(redis),
        skipVersionCheck: true,
        concurrency: 1,
        lockDuration: lockMs,
        stalledInterval: stalledCheckMs,
        // The order's record counts the lost workers. The queue's own count must not end a job earlier.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        // The pause after a lost connection. The default of 15 s would delay orders noticeably.
        runRetryDelay: 1000,
      },
      this.#consumption,
    );
    this.#worker.on("error", (error) => this.#failed(error));
    this.#worker.on("failed", (job, err) => {
      if (job?.finishedOn) this.#givingUp = this.#giveJobUp(job);
      else
        log.warn(
          { err, job_id: job?.id },
          "a job failed outside an attempt at its order, and will run again",
        );
    });
    this.#worker.run().catch((error: unknown) => this.#state.failed(error));
    this.#beating = this.#beat();
  }

  /** Rejects if the worker takes no orders. */
  async consuming(): Promise<void> {
    if (!this.#worker.isRunning() || !this.#consumption.consuming)
      throw new Error("the worker takes no orders");
  }

  /**
   * Takes no more orders, and finishes the current one or hands it back. Rejects if Redis does not answer.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    const { finishMs, handBackMs } = this.#options;
    const stopping = new Error("the worker is stopping");
    const timers = [
      setTimeout(() => this.#handBack.abort(stopping), finishMs),
      setTimeout(() => this.#giveUp.abort(stopping), finishMs + handBackMs),
    ];
    try {
      await within(finishMs + handBackMs + closeLimitMs, this.#end());
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  async #end(): Promise<void> {
    await Promise.all([this.#worker.close(), this.#beating]);
    // The end of the last job starts these, so they are known only now.
    await this.#givingUp;
    await this.#tools.attempts.absent(this.#tools.name);
  }

  async #process(job: QueueJob, token: string | undefined): Promise<void> {
    this.#state.recovered();
    const { aborted } = this.#closing.signal;
    // Until there is room, the job stays with this worker, and its order can be cancelled.
    if (!aborted) await this.#options.room(this.#closing.signal).catch(() => {});
    // The worker was stopped meanwhile.
    if (this.#closing.signal.aborted) return this.#putBack(job, token);
    const { pages, againMs, last } = await this.#run(job);
    if (last) await unlessAborted(() => putLast(this.#redis, this.#queue, job), this.#giveUp.signal);
    if (pages) await this.#waitForPages(pages, job, token);
    if (againMs === 0) await this.#putBack(job, token);
    if (againMs !== undefined) {
      await job.moveToDelayed(Date.now() + againMs, token);
      throw new DelayedError();
    }
  }

  async #run(job: QueueJob): Promise<JobEnd> {
    const stop = { handBack: this.#handBack.signal, giveUp: this.#giveUp.signal };
    if (job.name === "page") {
      const page = dataOf(job, pageJobSchema);
      return processPage(this.#tools, page, stop, this.#logOf(page));
    }
    const order = dataOf(job, orderJobSchema);
    return processOrder(this.#tools, order, stop, this.#logOf(order));
  }

  #logOf({ order_id, run }: OrderJob): Log {
    return this.#log.child({ order_id, run });
  }

  /** Makes sure that these pages have jobs, and lets the order's job wait for all of its pages' jobs. */
  async #waitForPages(pages: PageJob[], job: QueueJob, token: string | undefined): Promise<void> {
    const add = () => addPageJobs(this.#redis, this.#queue, pages);
    if (pages.length > 0) await unlessAborted(add, this.#giveUp.signal);
    if (await job.moveToWaitingChildren(token ?? "")) throw new WaitingChildrenError();
  }

  async #putBack(job: QueueJob, token: string | undefined): Promise<never> {
    await job.moveToWait(token);
    throw new WaitingError();
  }

  #failed(error: Error): void {
    const lost =
      ("code" in error && lostJobCodes.has(error.code)) || error.message.startsWith(lostLockMessage);
    if (lost) this.#log.warn({ err: error }, "the worker lost its job");
    else this.#state.failed(error);
  }

  /** The queue will not run the job again, so its order or page has to be ended here. */
  async #giveJobUp(job: QueueJob): Promise<void> {
    const log = this.#log.child({ job_id: job.id, code: "internal_error" });
    try {
      const given = parseJobId(job.id ?? "");
      const reason = failureReason("internal_error");
      const { attempts, name } = this.#tools;
      const write = () =>
        "page" in given ? attempts.endPage(given, name, "failed", reason) : attempts.giveUp(given, reason);
      const written = await persist<string>(write, this.#giveUp.signal, this.#state);
      if (written !== "lost") log.error({ ...given, reason: job.failedReason }, "order or page failed");
    } catch (err) {
      log.error({ err }, "the order or page of an abandoned job could not be ended");
    }
  }

  /**
   * Every few seconds, reports the worker's presence and checks that it takes orders. A worker that asks for
   * no orders for a minute while Redis answers cannot recover by itself. It needs a new process with new
   * connections.
   */
  #beat(): Promise<void> {
    return repeat(beatMs, this.#closing.signal, async () => {
      if (this.#consumption.beat(await this.#sayPresent())) this.#options.stuck();
    });
  }

  /** Returns false if Redis does not answer in time. */
  async #sayPresent(): Promise<boolean> {
    try {
      await within<unknown>(
        beatMs,
        this.#consumption.consuming ? this.#tools.attempts.present(this.#tools.name) : this.#redis.ping(),
      );
      return true;
    } catch (error) {
      this.#state.failed(error);
      return false;
    }
  }
}

/** Throws an error that keeps the queue from retrying the job. */
function dataOf<T>(job: QueueJob, schema: z.ZodType<T>): T {
  const data = schema.safeParse(job.data);
  if (!data.success) throw new UnrecoverableError(`not a job of an order: ${data.error.message}`);
  return data.data;
}
