import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { suspicionMs } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { OrderJob, PageJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { failureReason, OrderFailure } from "../failure.ts";
import { AttemptLost } from "./attempt-watch.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { type JobEnd, type OrderTools, type Stop, WatchedWork } from "./watched-work.ts";

/**
 * One attempt at one order, from its claim to its end or until its pages are left to the workers. Rejects when the claim did not get
 * through, or the end before `giveUp`.
 */
export async function processOrder(
  tools: OrderTools,
  { order_id, run }: OrderJob,
  stop: Stop,
  log: Log,
): Promise<JobEnd> {
  const claim = await tools.attempts.claim({ order_id, run }, tools.name, failureReason("worker_lost"));
  switch (claim.state) {
    case "claimed":
      return new Attempt(tools, claim.order, stop, log).run();
    case "spread":
      log.info({ pages: claim.pending.length }, "pages are left to be read");
      return spread(claim.order, claim.pending);
    case "suspected":
      log.info("the order is still another worker's, or that one is gone");
      return { againMs: suspicionMs };
    case "lost":
      log.warn({ failures: claim.failures, code: "worker_lost" }, "order will be tried again");
      return { againMs: retryDelayMs(claim.failures) };
    case "exhausted":
      log.warn({ code: "worker_lost" }, "order failed");
      return {};
    default:
      log.info({ state: claim.state }, "no order to run for this job");
      // One that was cancelled may have pages in the queue.
      return { pages: [] };
  }
}

/** The last of the pages ends the order; the job comes again all the same, in case that one of them got lost. */
function spread({ order_id, run, attempt }: OrderRecord, pages: number[]): JobEnd {
  const jobs = pages.map((page): PageJob => ({ order_id, run, attempt, page }));
  return { pages: jobs, againMs: suspicionMs };
}

class Attempt {
  readonly #tools: OrderTools;
  readonly #order: OrderRecord;
  readonly #work: WatchedWork;
  /** Whether others may need the document: the workers that read its pages, or who asks for the result. */
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
        handBack: () => this.#release("handed_back"),
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
    return spread(this.#order, numbers);
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

  /** Without an outline the result shows the pages as they were read: no reason to fail the order. */
  async #outline(): Promise<void> {
    const { aborted, log } = this.#work;
    try {
      await this.#tools.reader.outline(this.#order, aborted);
    } catch (err) {
      aborted.throwIfAborted();
      log.warn({ err }, "the PDF is not shown as it came");
    }
  }

  /** Returns the document's length. Apart, so that nothing of it is kept in memory while another process reads it. */
  async #save(): Promise<number> {
    const { source, results } = this.#tools;
    const document = await source.fetch(this.#order, this.#order.request_id, this.#work.aborted);
    try {
      await results.save(this.#order, "document", document);
    } catch (cause) {
      throw new OrderFailure("storage_unavailable", { cause });
    }
    return document.length;
  }

  /** Returns how many characters the document's only page has. */
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
    if (failure.mayPass) {
      const again = this.#work.againAfter(failure, await this.#release("failed", failure.reason));
      if (again) return again;
    } else {
      const { attempts } = this.#tools;
      const written = await this.#work.persist(() => attempts.fail(order_id, attempt, failure.reason));
      if (written === "lost") return this.#drop();
    }
    this.#work.logFailure(failure);
    return {};
  }

  /** The job stays: its next claim finds out whether the order is over or waits for it. */
  #drop(): JobEnd {
    const { log, ms } = this.#work;
    log.warn({ ms }, "the order was cancelled, revoked or taken over: its attempt is dropped");
    return { againMs: suspicionMs };
  }

  /** Where it says "lost", the job must stay: the write may have been done twice, and the next claim finds out. */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason) {
    return this.#work.persist(() => this.#tools.attempts.release(this.#order, outcome, reason));
  }
}
