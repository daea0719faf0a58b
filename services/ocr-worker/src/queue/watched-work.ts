import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { PageJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { asFailure, type OrderFailure } from "../failure.ts";
import type { PageReader } from "../page-process/page-reader.ts";
import type { DocumentSource } from "../source/document-source.ts";
import { AttemptLost, AttemptWatch } from "./attempt-watch.ts";
import { persist } from "./persist.ts";
import { retryDelayMs } from "./retry-delay.ts";

export type OrderTools = {
  /** The worker's name, for the orders' attempts. */
  name: string;
  attempts: OrderAttempts;
  /** A connection for subscriptions alone. */
  messages: RedisConnection;
  source: DocumentSource;
  reader: PageReader;
  results: ResultStore;
};

/** `handBack` ends the work at hand, `giveUp` also the waiting for a Redis that is away. */
export type Stop = { handBack: AbortSignal; giveUp: AbortSignal };

/**
 * What becomes of a job. With `pages` it waits for its pages' jobs, after it added those that are missing
 * (with none, for those that exist). After that it comes again in `againMs`, behind all that wait if it is to
 * be `last`; without `againMs` it is done.
 */
export type JobEnd = { pages?: PageJob[]; againMs?: number; last?: boolean };

/** How soon an order or page for which there was no room is tried again. */
const noRoomAgainMs = 5000;

/** What is due where work does not come to its own end. */
export type OtherEnds = {
  drop: () => JobEnd;
  handBack: (reason?: FailureReason) => Promise<unknown>;
  fail: (failure: OrderFailure) => Promise<JobEnd>;
};

/** The frame of what a worker does to an order or a page that it claimed. */
export class WatchedWork {
  readonly log: Log;
  /** Ends the work, for the customer's or for the worker's sake. */
  readonly aborted: AbortSignal;
  readonly #tools: OrderTools;
  readonly #what: "order" | "page";
  readonly #ref: Pick<OrderRecord, "order_id" | "attempt">;
  readonly #stop: Stop;
  readonly #state: StateLog;
  readonly #watch: AttemptWatch;
  readonly #started = performance.now();

  constructor(
    tools: OrderTools,
    what: "order" | "page",
    work: Pick<OrderRecord, "order_id" | "attempt" | "request_id">,
    stop: Stop,
    log: Log,
  ) {
    const { order_id, attempt, request_id } = work;
    this.log = log.child({ attempt, request_id });
    this.#tools = tools;
    this.#what = what;
    this.#ref = { order_id, attempt };
    this.#stop = stop;
    this.#state = new StateLog(this.log, "the order's record");
    this.#watch = new AttemptWatch(tools.attempts, tools.messages, this.#ref, this.#state);
    this.aborted = AbortSignal.any([this.#watch.signal, stop.handBack]);
  }

  /** Does the work, or what is due where it is lost, handed back or fails. */
  async run(work: () => Promise<JobEnd>, { drop, handBack, fail }: OtherEnds): Promise<JobEnd> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AttemptLost) return drop();
      if (this.#stop.handBack.aborted) {
        await handBack();
        this.log.info({ ms: this.ms }, `${this.#what} handed back`);
        return { againMs: 0 };
      }
      const failure = asFailure(error);
      if (failure.code !== "storage_full") return await fail(failure);
      await handBack(failure.reason);
      this.log.warn(this.#fieldsOf(failure), `${this.#what} waits for room`);
      return { againMs: noRoomAgainMs };
    } finally {
      this.#watch.close();
    }
  }

  get ms(): number {
    return Math.round(performance.now() - this.#started);
  }

  /** Repeats a write until Redis takes it or `signal` aborts, by default when the worker gives up. */
  persist<T>(write: () => Promise<T>, signal = this.#stop.giveUp): Promise<T> {
    return persist(write, signal, this.#state);
  }

  /**
   * The next attempt after a failure, for which the order or page was released; undefined after the last one.
   */
  againAfter(
    failure: OrderFailure,
    { state, failures }: { state: string; failures: number },
  ): JobEnd | undefined {
    if (state === "exhausted") return undefined;
    this.log.warn({ ...this.#fieldsOf(failure), failures }, `${this.#what} will be tried again`);
    return { againMs: retryDelayMs(Math.max(failures, 1)), last: failure.goesLast };
  }

  logFailure(failure: OrderFailure): void {
    this.log.warn(this.#fieldsOf(failure), `${this.#what} failed`);
  }

  /** For a document that nobody needs any more. If this fails, the sweep of the results removes it later. */
  async removeDocument(): Promise<void> {
    try {
      await this.#tools.results.remove(this.#ref, "document");
    } catch (err) {
      this.log.warn({ err }, "a document is not removed");
    }
  }

  #fieldsOf(failure: OrderFailure) {
    return { err: failure, code: failure.code, ms: this.ms };
  }
}
