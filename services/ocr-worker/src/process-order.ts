import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { type OrderAttempts, suspicionMs } from "@orbital-witness/common/orders/order-attempts.ts";
import type { OrderJob } from "@orbital-witness/common/orders/order-queue.ts";
import type { RedisConnection } from "@orbital-witness/common/redis-connection.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { AttemptLost, AttemptWatch } from "./attempt-watch.ts";
import type { DocumentSource } from "./document-source.ts";
import { asFailure, failureReason, OrderFailure } from "./failure.ts";
import { checkDocument } from "./formats.ts";
import { persist } from "./persist.ts";
import type { Recognizer } from "./recognizer.ts";
import { retryDelayMs } from "./retry-delay.ts";

export type OrderTools = {
  /** The worker's name, for the orders' attempts. */
  name: string;
  attempts: OrderAttempts;
  /** A connection for subscriptions alone. */
  messages: RedisConnection;
  source: DocumentSource;
  recognizer: Recognizer;
};

/** `handBack` ends the attempt at hand, `giveUp` also the waiting for a Redis that is away. */
export type Stop = { handBack: AbortSignal; giveUp: AbortSignal };

/** In how many ms the job is to come again; undefined for a job that is done. */
export type JobEnd = { againMs: number | undefined };

const over: JobEnd = { againMs: undefined };

/**
 * One attempt at one order, from its claim to its end. Rejects when the claim did not get through, or the end before `giveUp`.
 */
export async function processOrder(tools: OrderTools, job: OrderJob, stop: Stop, log: Log): Promise<JobEnd> {
  const claim = await tools.attempts.claim(job, tools.name, failureReason("worker_lost"));
  switch (claim.state) {
    case "claimed":
      return new Attempt(tools, claim.order, stop, log).run();
    case "suspected":
      log.info("the order is still another worker's, or that one is gone");
      return { againMs: suspicionMs };
    case "lost":
      log.warn({ failures: claim.failures, code: "worker_lost" }, "order will be tried again");
      return { againMs: retryDelayMs(claim.failures) };
    case "exhausted":
      log.warn({ code: "worker_lost" }, "order failed");
      return over;
    default:
      log.info({ state: claim.state }, "no order to run for this job");
      return over;
  }
}

class Attempt {
  readonly #tools: OrderTools;
  readonly #order: OrderRecord;
  readonly #stop: Stop;
  readonly #log: Log;
  readonly #state: StateLog;
  readonly #watch: AttemptWatch;
  /** Ends the work, for the customer's or for the worker's sake. */
  readonly #aborted: AbortSignal;
  readonly #started = performance.now();

  constructor(tools: OrderTools, order: OrderRecord, stop: Stop, log: Log) {
    this.#tools = tools;
    this.#order = order;
    this.#stop = stop;
    this.#log = log.child({ attempt: order.attempt, request_id: order.request_id });
    this.#state = new StateLog(this.#log, "the order's record");
    this.#watch = new AttemptWatch(tools.attempts, tools.messages, order, this.#state);
    this.#aborted = AbortSignal.any([this.#watch.signal, stop.handBack]);
  }

  async run(): Promise<JobEnd> {
    const { title_number, document_type } = this.#order;
    this.#log.info({ title_number, document_type }, "order started");
    try {
      return await this.#complete(await this.#recognize());
    } catch (error) {
      if (error instanceof AttemptLost) return this.#drop();
      if (this.#stop.handBack.aborted) return await this.#handBack();
      return await this.#fail(asFailure(error));
    } finally {
      this.#watch.close();
    }
  }

  async #recognize(): Promise<string> {
    const { attempts, source, recognizer } = this.#tools;
    const document = await source.fetch(this.#order, this.#order.request_id, this.#aborted);
    checkDocument(document);
    await this.#step(() => attempts.recognizing(this.#order, 1));
    const text = await recognizer.read(document, this.#aborted);
    if (text === "") throw new OrderFailure("no_text_found");
    await this.#step(() => attempts.progress(this.#order, 1, 1));
    return text;
  }

  async #step(write: () => Promise<"written" | "lost">): Promise<void> {
    if ((await persist(write, this.#aborted, this.#state)) === "lost") throw new AttemptLost();
  }

  async #complete(text: string): Promise<JobEnd> {
    const written = await this.#persist(() => this.#tools.attempts.complete(this.#order, text));
    if (written === "lost") return this.#drop();
    this.#log.info({ ms: this.#ms, characters: text.length }, "order completed");
    return over;
  }

  async #fail(failure: OrderFailure): Promise<JobEnd> {
    const { order_id, attempt } = this.#order;
    const fields = { err: failure, code: failure.code, ms: this.#ms };
    if (failure.mayPass) {
      const { state, failures } = await this.#release("failed", failure.reason);
      if (state !== "exhausted") {
        this.#log.warn({ ...fields, failures }, "order will be tried again");
        return { againMs: retryDelayMs(Math.max(failures, 1)) };
      }
    } else {
      const { attempts } = this.#tools;
      const written = await this.#persist(() => attempts.fail(order_id, attempt, failure.reason));
      if (written === "lost") return this.#drop();
    }
    this.#log.warn(fields, "order failed");
    return over;
  }

  async #handBack(): Promise<JobEnd> {
    await this.#release("handed_back");
    this.#log.info({ ms: this.#ms }, "order handed back");
    return { againMs: 0 };
  }

  /** The job stays: its next claim finds out whether the order is over or waits for it. */
  #drop(): JobEnd {
    this.#log.warn(
      { ms: this.#ms },
      "the order was cancelled, revoked or taken over: its attempt is dropped",
    );
    return { againMs: suspicionMs };
  }

  /** Where it says "lost", the job must stay: the write may have been done twice, and the next claim finds out. */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason) {
    return this.#persist(() => this.#tools.attempts.release(this.#order, outcome, reason));
  }

  #persist<T>(write: () => Promise<T>): Promise<T> {
    return persist(write, this.#stop.giveUp, this.#state);
  }

  get #ms(): number {
    return Math.round(performance.now() - this.#started);
  }
}
