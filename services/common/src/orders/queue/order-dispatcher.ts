import type { Log } from "../../log.ts";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { repeat } from "../../repeat.ts";
import { StateLog } from "../../state-log.ts";
import { outboxKey } from "../order-keys.ts";
import { addOrderJobs, jobId, type OrderJob, type OrderQueue, parseJobId } from "./order-queue.ts";

const batch = 256;
const sweepMs = 1000;
/** An outbox entry older than this was left behind by a process that is gone. */
const leftBehindMs = 2000;

/**
 * Moves accepted orders from the outbox to the queue, at least once. A job added twice is one job, and a job
 * of an order that ended does nothing. A process that accepts an order dispatches it at once; every process
 * sweeps up entries that others left behind.
 */
export class OrderDispatcher {
  readonly #redis: RedisConnection;
  readonly #queue: OrderQueue;
  readonly #state: StateLog;
  readonly #stopped = new AbortController();
  readonly #sweeping: Promise<void>;
  #fresh: OrderJob[] = [];
  #dispatching: Promise<void> | undefined;

  constructor(redis: RedisConnection, queue: OrderQueue, log: Log) {
    this.#redis = redis;
    this.#queue = queue;
    this.#state = new StateLog(log, "adding jobs to the queue");
    this.#sweeping = repeat(sweepMs, this.#stopped.signal, () => this.#state.watch(() => this.#sweepOnce()));
  }

  /** Dispatches an order that was just accepted. */
  dispatch(job: OrderJob): void {
    this.#fresh.push(job);
    this.#dispatching ??= this.#dispatchFresh();
  }

  /** Waits for the jobs being added now. The rest stays in the outbox for other processes. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([this.#sweeping, this.#dispatching]);
  }

  async #dispatchFresh(): Promise<void> {
    while (this.#fresh.length > 0) {
      const jobs = this.#fresh.splice(0, batch);
      await this.#state.watch(() => this.#carry(jobs));
    }
    this.#dispatching = undefined;
  }

  async #sweepOnce(): Promise<void> {
    const options = { BY: "SCORE", LIMIT: { offset: 0, count: batch } } as const;
    let members: string[];
    do {
      members = await this.#redis.zRange(outboxKey, "-inf", Date.now() - leftBehindMs, options);
      if (members.length > 0) await this.#carry(members.map(parseJobId));
    } while (members.length === batch && !this.#stopped.signal.aborted);
  }

  /** A job that cannot be added stays in the outbox until the next sweep. */
  async #carry(jobs: OrderJob[]): Promise<void> {
    const ids = jobs.map(({ order_id, run }) => jobId(order_id, run));
    await addOrderJobs(this.#redis, this.#queue, jobs);
    await this.#redis.zRem(outboxKey, ids);
  }
}
