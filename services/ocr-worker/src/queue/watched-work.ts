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
  /** The worker's name, as recorded in the orders' attempts. */
  name: string;
  attempts: OrderAttempts;
  /** A connection used only for subscriptions. */
  messages: RedisConnection;
  source: DocumentSource;
  reader: PageReader;
  results: ResultStore;
};

/** `handBack` ends the current work. `giveUp` also ends the wait for a Redis that is away. */
export type Stop = { handBack: AbortSignal; giveUp: AbortSignal };

/**
 * What happens to a job next. With `pages`, it adds the missing jobs of these pages and waits for all of its
 * pages' jobs; an empty list adds none. With `againMs`, it then comes again after that delay, behind the
 * backlog if `last` is set. Without `againMs` it is done.
 */
export type JobEnd = { pages?: PageJob[]; againMs?: number; last?: boolean };

/** The delay before an order or page is retried for which there was no room. */
const noRoomAgainMs = 5000;

/** The actions for work that is lost, handed back or failed. */
export type OtherEnds = {
  drop: () => JobEnd;
  handBack: (reason?: FailureReason) => Promise<unknown>;
  fail: (failure: OrderFailure) => Promise<JobEnd>;
};

/** Runs the work on an order or page that this worker claimed, and handles its other ends. */
export class WatchedWork {
  readonly log: Log;
  /** Aborts the work, because the order was lost or because the worker stops. */
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
    this.#state = new StateLog(this.log, "writing to the order's record");
    this.#watch = new AttemptWatch(tools.attempts, tools.messages, this.#ref, this.#state);
    this.aborted = AbortSignal.any([this.#watch.signal, stop.handBack]);
  }

  /** Runs `work`, or the matching action of `OtherEnds` when the work is lost, handed back or fails. */
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

  /**
   * Repeats a write until Redis accepts it or `signal` aborts. By default that is when the worker gives up.
   */
  persist<T>(write: () => Promise<T>, signal = this.#stop.giveUp): Promise<T> {
    return persist(write, signal, this.#state);
  }

  /**
   * The next attempt after a failure, for which the order or page was released. Undefined after the last
   * attempt.
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

  /**
   * Removes a document that nobody needs any more. If this fails, the sweep of the results removes it later.
   */
  async removeDocument(): Promise<void> {
    try {
      await this.#tools.results.remove(this.#ref, "document");
    } catch (err) {
      this.log.warn({ err }, "a document that is no longer needed could not be removed");
    }
  }

  #fieldsOf(failure: OrderFailure) {
    return { err: failure, code: failure.code, ms: this.ms };
  }
}
