import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type {
  LostLease,
  Next,
  OrderQueue,
  QueueItem,
} from "@orbital-witness/common/orders/queue/order-queue.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { isTracing } from "@orbital-witness/common/tracing/spans.ts";
import { failureReason, pageFailureReason } from "../failure.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { archiveOrders } from "./archive-orders.ts";
import { WorkerStopping } from "./attempt-watch.ts";
import { claimItem } from "./claim-item.ts";
import { findEarlierLeases } from "./earlier-leases.ts";
import { mayPass, persist } from "./persist.ts";
import type { OrderTools, Stop } from "./watched-work.ts";
import { recordTakeover } from "./work-trace.ts";

/** The pause after a request to Redis that failed. */
const failedPauseMs = 500;
/** An idle worker asks for work more often than this, and once more after its connection was replaced. */
const silenceMs = 12_000;
const closeLimitMs = 3000;

export type OrderWorkerOptions = {
  /**
   * How long, in ms, a shutdown waits for the current order or page to finish, and then for handing it back.
   */
  finishMs?: number;
  handBackMs?: number;
  /** Resolves when there is room for a document and its result. Rejects with the signal's reason. */
  room?: (signal: AbortSignal) => Promise<void>;
};

/**
 * Takes orders and pages one at a time. A page keeps one core busy, so parallel reading needs more workers.
 */
export class OrderWorker {
  readonly #queue: OrderQueue;
  readonly #tools: OrderTools;
  readonly #options: Required<OrderWorkerOptions>;
  readonly #log: Log;
  readonly #state: StateLog;
  readonly #closing = new AbortController();
  readonly #handBack = new AbortController();
  readonly #giveUp = new AbortController();
  readonly #stop: Stop = { handBack: this.#handBack.signal, giveUp: this.#giveUp.signal };
  readonly #running: Promise<void>;
  #busy = false;
  #hasLookedBack = false;
  #last: Next["do"] | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** The queue's connections must hold commands while Redis is away. */
  constructor(queue: OrderQueue, tools: OrderTools, log: Log, options: OrderWorkerOptions = {}) {
    this.#queue = queue;
    this.#tools = tools;
    this.#options = { finishMs: 20_000, handBackMs: 5000, room: async () => {}, ...options };
    this.#log = log;
    this.#state = new StateLog(log, "the order queue");
    this.#running = this.#run();
  }

  /** Rejects if the worker takes no orders. */
  async consuming(): Promise<void> {
    if (this.#closing.signal.aborted || !(this.#busy || performance.now() - this.#answeredAt < silenceMs))
      throw new Error("the worker takes no orders");
  }

  /**
   * Takes no more orders, and finishes the current one or hands it back. Rejects if Redis does not answer.
   */
  async close(): Promise<void> {
    const { finishMs, handBackMs } = this.#options;
    const stopping = new WorkerStopping();
    this.#closing.abort(stopping);
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
    await this.#running;
    await this.#tools.attempts.absent(this.#tools.name);
  }

  async #run(): Promise<void> {
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      try {
        await this.#takeNext(closing);
        this.#state.recovered();
      } catch (error) {
        if (error === closing.reason) return;
        this.#state.failed(error);
        await unlessAborted(() => pause(failedPauseMs), closing).catch(() => {});
      }
    }
  }

  /** Waits for work and does it. A wait ends when the worker closes, and work that has begun does not. */
  async #takeNext(closing: AbortSignal): Promise<void> {
    const { name } = this.#tools;
    const next = await unlessAborted(() => this.#queue.next(name, this.#last), closing);
    this.#last = next.do;
    this.#answeredAt = performance.now();
    if (!this.#hasLookedBack) await this.#lookBack(closing);
    if (next.do === "wait") return unlessAborted(() => this.#queue.wait(next.ms, closing), closing);
    this.#busy = true;
    try {
      if (next.do === "claim") await this.#claim(next.item);
      else if (next.do === "collect") await this.#collect(next.lease);
      else await archiveOrders(this.#tools.archive, next.orders, this.#log);
    } finally {
      this.#busy = false;
      this.#answeredAt = performance.now();
    }
  }

  async #claim(item: QueueItem): Promise<void> {
    const { order_id, run } = item;
    const log = this.#log.child({ order_id, run });
    // Until there is room, the item stays in the queue, and its order can be cancelled.
    await this.#options.room(this.#closing.signal);
    let work: (() => Promise<void>) | undefined;
    try {
      const persisted = <T>(write: () => Promise<T>) => persist(write, this.#giveUp.signal, this.#state);
      work = await claimItem(item, { tools: this.#tools, stop: this.#stop, persisted, log });
    } catch (err) {
      if (mayPass(err)) throw err;
      log.error({ err }, "an order or page cannot be claimed, and is put aside for a minute");
      return this.#queue.postpone("item", item.item);
    }
    await work?.();
  }

  /**
   * Puts back, in the background, what an earlier process of this worker had. Otherwise it would wait until
   * its lease runs out.
   */
  async #lookBack(closing: AbortSignal): Promise<void> {
    const report = (err: unknown) => {
      if (!closing.aborted) this.#log.warn({ err }, "the worker's work before its start waits for its lease");
    };
    try {
      const find = () => findEarlierLeases(this.#queue, this.#tools.name, closing);
      const { abandoned } = await unlessAborted(find, closing);
      const putBack = async () => {
        for (const lease of await abandoned()) await this.#collect(lease);
      };
      putBack().catch(report);
    } catch (error) {
      if (closing.aborted || mayPass(error)) throw error;
      report(error);
    }
    this.#hasLookedBack = true;
  }

  /** Puts back the order or page of a worker that is gone. */
  async #collect(lease: LostLease): Promise<void> {
    const { order_id, run, attempt, page } = lease;
    const log = this.#log.child({ order_id, run, attempt, ...(page !== undefined && { page }) });
    const { attempts, tally, name } = this.#tools;
    const traceparent = isTracing() ? await attempts.traceparent(order_id) : undefined;
    const [what, reasonOf] =
      page === undefined ? (["order", failureReason] as const) : (["page", pageFailureReason] as const);
    const { state, failures, endsOrder } = await attempts
      .collect(lease, reasonOf("worker_lost"))
      .catch(async (err: unknown) => {
        if (mayPass(err)) throw err;
        log.error({ err }, `the ${what} of a lost worker cannot be put back, and is put aside for a minute`);
        await this.#queue.postpone("lease", lease.name);
        return { state: "held", failures: 0, endsOrder: undefined };
      });
    if (state === "queued" || state === "exhausted") tally.takenOver(what);
    if (endsOrder) tally.orderEnded();
    if (state === "queued" || state === "exhausted") recordTakeover(traceparent, lease, name);
    if (state === "queued") log.warn({ failures, code: "worker_lost" }, `the ${what} lost its worker`);
    if (state === "exhausted") log.warn({ code: "worker_lost" }, `${what} failed`);
  }
}
