import type { Log } from "../../log.ts";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { repeat } from "../../repeat.ts";
import { StateLog } from "../../state-log.ts";
import { outboxKey } from "../order-keys.ts";
import { addOrderJobs, jobId, type OrderJob, type OrderQueue, parseJobId } from "./order-queue.ts";

const batch = 256;
const sweepMs = 1000;
/** What lies in the outbox for longer than this was left there by somebody who went away. */
const leftBehindMs = 2000;

/**
 * Carries accepted orders from the outbox to the queue, at least once: a job added twice is one job, and a
 * job of an order that is over does nothing. Whoever accepts orders dispatches his own at once; all sweep up
 * what others left behind.
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
    this.#state = new StateLog(log, "the queue's dispatch");
    this.#sweeping = repeat(sweepMs, this.#stopped.signal, () => this.#state.watch(() => this.#sweepOnce()));
  }

  /** An order that was just accepted. */
  dispatch(job: OrderJob): void {
    this.#fresh.push(job);
    this.#dispatching ??= this.#dispatchFresh();
  }

  /** Waits for what is under way; what is left stays in the outbox for the others. */
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

  /** What fails stays in the outbox: the next sweep finds it. */
  async #carry(jobs: OrderJob[]): Promise<void> {
    const ids = jobs.map(({ order_id, run }) => jobId(order_id, run));
    await addOrderJobs(this.#redis, this.#queue, jobs);
    await this.#redis.zRem(outboxKey, ids);
  }
}
