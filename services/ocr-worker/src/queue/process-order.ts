import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { Claim, ReleaseOptions } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { OrderJob, PageJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { failureReason, OrderFailure, storageFailure } from "../failure.ts";
import { AttemptLost } from "./attempt-watch.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { type JobEnd, type OrderTools, type Stop, WatchedWork } from "./watched-work.ts";

/**
 * One attempt at one order, from its claim until it ends or its pages are left to the workers. Rejects if the
 * claim could not be written, or if the end could not be written before `giveUp`.
 */
export async function processOrder(
  tools: OrderTools,
  { order_id, run }: OrderJob,
  stop: Stop,
  log: Log,
): Promise<JobEnd> {
  const { suspicionMs } = tools.attempts;
  const claim = await claimed(tools, { order_id, run }, stop, log);
  switch (claim.state) {
    case "claimed":
      return new Attempt(tools, claim.order, stop, log).run();
    case "spread":
      log.info({ pages: claim.pending.length }, "the pages still to be read are queued");
      return spread(claim.order, claim.pending, suspicionMs);
    case "suspected":
      log.info("the order belongs to another worker, which is present");
      return { againMs: 2 * suspicionMs };
    case "lost":
      return { againMs: retryDelayMs(claim.failures) };
    case "exhausted":
      log.warn({ code: "worker_lost" }, "order failed");
      return {};
    default:
      log.info({ state: claim.state }, "no order to run for this job");
      // A cancelled order may have pages in the queue.
      return { pages: [] };
  }
}

/** A timer may fire early, but by less than this. */
const marginMs = 50;

/**
 * Claims an order. If another worker seems to have it, this worker waits for the other's answer itself. If
 * the job waited in the queue instead, other orders could delay it until the suspicion is too old to count.
 */
async function claimed(tools: OrderTools, job: OrderJob, stop: Stop, log: Log): Promise<Claim> {
  const { attempts, name } = tools;
  const claim = () => attempts.claim(job, name, failureReason("worker_lost"));
  const first = await claim();
  if (first.state !== "suspected") return first;
  log.info("the order belongs to another worker, which is asked whether it is present");
  const waited = await pause(attempts.suspicionMs + marginMs, true, { signal: stop.handBack }).catch(
    () => false,
  );
  if (!waited) return first;
  const second = await claim();
  if (second.state !== "lost") return second;
  log.warn(
    { failures: second.failures, code: "worker_lost" },
    "the order lost its worker and will be tried again",
  );
  return claim();
}

/** The last page ends the order. The order's job comes again all the same, in case a page's job was lost. */
function spread({ order_id, run, attempt }: OrderRecord, pages: number[], againMs: number): JobEnd {
  const jobs = pages.map((page): PageJob => ({ order_id, run, attempt, page }));
  return { pages: jobs, againMs };
}

class Attempt {
  readonly #tools: OrderTools;
  readonly #order: OrderRecord;
  readonly #work: WatchedWork;
  /** Whether others may need the document: the workers that read its pages, or a request for the result. */
  #isForOthers = false;

  constructor(tools: OrderTools, order: OrderRecord, stop: Stop, log: Log) {
    this.#tools = tools;
    this.#order = order;
    this.#work = new WatchedWork(tools, "order", order, stop, log);
  }

  async run(): Promise<JobEnd> {
    const { title_number, document_type } = this.#order;
    this.#work.log.info({ title_number, document_type }, "order started");
    try {
      return await this.#work.run(() => this.#process(), {
        drop: () => this.#drop(),
        handBack: (reason) => this.#release("handed_back", reason),
        fail: (failure) => this.#fail(failure),
      });
    } finally {
      if (!this.#isForOthers) await this.#work.removeDocument();
    }
  }

  async #process(): Promise<JobEnd> {
    const pages = await this.#fetch();
    if (pages === 1) return this.#complete(await this.#read());
    const numbers = Array.from({ length: pages }, (_, index) => index + 1);
    return spread(this.#order, numbers, this.#tools.attempts.suspicionMs);
  }

  /** Returns the number of the document's pages. */
  async #fetch(): Promise<number> {
    const { attempts, reader } = this.#tools;
    const { aborted, log } = this.#work;
    const bytes = await this.#save();
    const { format, pages } = await reader.inspect(this.#order, aborted);
    log.info({ format, pages, bytes }, "document fetched");
    if (format === "PDF") await this.#outline();
    this.#isForOthers = pages > 1;
    const written = await this.#work.persist(() => attempts.recognizing(this.#order, pages), aborted);
    if (written === "lost") throw new AttemptLost();
    return pages;
  }

  /**
   * Without an outline the result shows the pages as they were read. That is no reason to fail the order. An
   * outline that cannot be stored is made at the next attempt.
   */
  async #outline(): Promise<void> {
    const { aborted, log } = this.#work;
    try {
      await this.#tools.reader.outline(this.#order, aborted);
    } catch (err) {
      aborted.throwIfAborted();
      if (err instanceof OrderFailure && err.code.startsWith("storage_")) throw err;
      log.warn({ err }, "the PDF cannot be shown as it is, so its pages are shown as they were read");
    }
  }

  /**
   * Returns the document's length. This is a separate method so that the document does not stay in memory
   * while another process reads it.
   */
  async #save(): Promise<number> {
    const { source, results } = this.#tools;
    const document = await source.fetch(this.#order, this.#order.request_id, this.#work.aborted);
    try {
      await results.save(this.#order, "document", document);
    } catch (cause) {
      throw storageFailure(cause);
    }
    return document.length;
  }

  /** Returns the number of characters on the document's only page. */
  async #read(): Promise<number> {
    const { isEmpty, characters } = await this.#tools.reader.read(this.#order, 1, this.#work.aborted);
    if (isEmpty) throw new OrderFailure("no_text_found");
    return characters;
  }

  async #complete(characters: number): Promise<JobEnd> {
    this.#isForOthers = true;
    const written = await this.#work.persist(() => this.#tools.attempts.complete(this.#order));
    if (written === "lost") return this.#drop();
    this.#work.log.info({ ms: this.#work.ms, pages: 1, characters }, "order completed");
    return {};
  }

  async #fail(failure: OrderFailure): Promise<JobEnd> {
    const { order_id, attempt } = this.#order;
    const { maxFailures, goesLast: last, reason } = failure;
    if (failure.mayPass) {
      const released = await this.#release("failed", reason, { maxFailures, last });
      const again = this.#work.againAfter(failure, released);
      if (again) return again;
    } else {
      const { attempts } = this.#tools;
      const written = await this.#work.persist(() => attempts.fail(order_id, attempt, reason));
      if (written === "lost") return this.#drop();
    }
    this.#work.logFailure(failure);
    return {};
  }

  /** The job stays. Its next claim finds out whether the order has ended or waits for the job. */
  #drop(): JobEnd {
    const { log, ms } = this.#work;
    log.warn({ ms }, "the order was cancelled, revoked or taken over, so this attempt ends");
    return { againMs: this.#tools.attempts.suspicionMs };
  }

  /**
   * If this returns "lost", the job must stay: the write may have been executed twice, and the next claim
   * finds out.
   */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason, options?: ReleaseOptions) {
    return this.#work.persist(() => this.#tools.attempts.release(this.#order, outcome, reason, options));
  }
}
