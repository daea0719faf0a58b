import type { Log } from "@orbital-witness/common/log.ts";
import type { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import type {
  OrderAttempts,
  Release,
  ReleaseOptions,
} from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { AttemptRef } from "@orbital-witness/common/orders/queue/order-queue.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { inSpan } from "@orbital-witness/common/tracing/spans.ts";
import { asFailure, type OrderFailure } from "../failure.ts";
import type { PageReader } from "../page-process/page-reader.ts";
import type { WorkTally } from "../report/work-tally.ts";
import type { OrderDocuments } from "../source/order-documents.ts";
import { AttemptLost, AttemptWatch } from "./attempt-watch.ts";
import { persist } from "./persist.ts";

export type OrderTools = {
  /** The worker's name, as recorded in the orders' attempts. */
  name: string;
  attempts: OrderAttempts;
  archive: OrderArchive;
  source: Pick<OrderDocuments, "fetch">;
  reader: PageReader;
  results: ResultStore;
  tally: WorkTally;
};

/** `handBack` ends the current work. `giveUp` also ends the wait for a Redis that is away. */
export type Stop = { handBack: AbortSignal; giveUp: AbortSignal };

/** The delay before an order or page is retried for which there was no room. */
const noRoomAgainMs = 5000;

/** The actions for work that is lost, handed back or failed. */
export type OtherEnds = {
  drop: () => void;
  handBack: (reason?: FailureReason, options?: ReleaseOptions) => Promise<unknown>;
  fail: (failure: OrderFailure) => Promise<void>;
};

/** What a worker claimed. A page has the token of its claim, an order has none. */
type ClaimedWork = AttemptRef & { request_id: string; page?: number | undefined; token?: string };

/** Runs the work on an order or page that this worker claimed, and handles its other ends. */
export class WatchedWork {
  readonly log: Log;
  /** Aborts the work, because the order was lost or because the worker stops. */
  readonly aborted: AbortSignal;
  readonly #tools: OrderTools;
  readonly #what: "order" | "page";
  readonly #work: ClaimedWork;
  readonly #stop: Stop;
  readonly #state: StateLog;
  readonly #watch: AttemptWatch;
  readonly #started = performance.now();

  constructor(tools: OrderTools, work: ClaimedWork, stop: Stop, log: Log) {
    this.log = log.child({ attempt: work.attempt, request_id: work.request_id });
    this.#tools = tools;
    this.#what = work.token === undefined ? "order" : "page";
    this.#work = work;
    this.#stop = stop;
    this.#state = new StateLog(this.log, "writing to the order's record");
    this.#watch = new AttemptWatch(() => tools.attempts.hold(work, tools.name), this.#state);
    this.aborted = AbortSignal.any([this.#watch.signal, stop.handBack]);
  }

  /** Runs `work`, or the matching action of `OtherEnds` when the work is lost, handed back or fails. */
  async run(work: () => Promise<void>, { drop, handBack, fail }: OtherEnds): Promise<void> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AttemptLost) return drop();
      if (this.#stop.handBack.aborted) {
        await handBack();
        this.log.info({ ms: this.ms }, `${this.#what} handed back`);
        return;
      }
      const failure = asFailure(error);
      if (failure.code !== "storage_full") {
        this.#tools.tally.attemptFailed(failure.code);
        return await fail(failure);
      }
      await handBack(failure.reason, { delayMs: noRoomAgainMs });
      this.log.warn(this.#fieldsOf(failure), `${this.#what} waits for room`);
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

  /** Writes how the order or page ended, or that it waits again. */
  stored<T>(outcome: string, write: () => Promise<T>): Promise<T> {
    return inSpan("store", { attributes: { outcome } }, () => this.persist(write));
  }

  /** Logs a failure after which the order or page was released. Returns whether it will be tried again. */
  willBeTriedAgain(failure: OrderFailure, { state, failures }: Release): boolean {
    if (state === "exhausted") return false;
    this.log.warn({ ...this.#fieldsOf(failure), failures }, `${this.#what} will be tried again`);
    return true;
  }

  logFailure(failure: OrderFailure): void {
    this.log.warn(this.#fieldsOf(failure), `${this.#what} failed`);
  }

  /**
   * Removes a document that nobody needs any more. If this fails, the sweep of the results removes it later.
   */
  async removeDocument(): Promise<void> {
    try {
      await this.#tools.results.remove(this.#work, "document");
    } catch (err) {
      this.log.warn({ err }, "a document that is no longer needed could not be removed");
    }
  }

  #fieldsOf(failure: OrderFailure) {
    return { err: failure, code: failure.code, ms: this.ms };
  }
}
