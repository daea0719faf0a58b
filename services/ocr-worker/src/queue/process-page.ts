import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import type { ClaimedPage, ReleaseOptions } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { PageJob } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { failureReason, type OrderFailure } from "../failure.ts";
import { type JobEnd, type OrderTools, type Stop, WatchedWork } from "./watched-work.ts";

/**
 * One page of a document of several, from its claim to its end, which may also be the order's end. Rejects if
 * the claim could not be written, or if the end could not be written before `giveUp`.
 */
export async function processPage(
  tools: OrderTools,
  job: PageJob,
  stop: Stop,
  orderLog: Log,
): Promise<JobEnd> {
  const log = orderLog.child({ page: job.page });
  const claim = await tools.attempts.claimPage(job, tools.name, failureReason("worker_lost"));
  if (claim.state === "claimed") return new PageReading(tools, claim.page, stop, log).run();
  if (claim.state === "exhausted") log.warn({ code: "worker_lost" }, "page failed");
  else log.info({ state: claim.state }, "no page to read for this job");
  return {};
}

class PageReading {
  readonly #tools: OrderTools;
  readonly #page: ClaimedPage;
  readonly #work: WatchedWork;

  constructor(tools: OrderTools, page: ClaimedPage, stop: Stop, log: Log) {
    this.#tools = tools;
    this.#page = page;
    this.#work = new WatchedWork(tools, "page", page, stop, log);
  }

  run(): Promise<JobEnd> {
    return this.#work.run(() => this.#read(), {
      drop: () => this.#drop(),
      handBack: (reason) => this.#release("handed_back", reason),
      fail: (failure) => this.#fail(failure),
    });
  }

  async #read(): Promise<JobEnd> {
    const { reader } = this.#tools;
    const { isEmpty, characters } = await reader.read(this.#page, this.#page.page, this.#work.aborted);
    this.#work.log.info({ ms: this.#work.ms, characters }, "page read");
    return this.#end(isEmpty ? "empty" : "read", failureReason("no_text_found"));
  }

  async #end(outcome: PageEnd["outcome"], reason: FailureReason): Promise<JobEnd> {
    const { attempts, name } = this.#tools;
    const written = await this.#work.persist(() => attempts.endPage(this.#page, name, outcome, reason));
    if (written === "lost") return this.#drop();
    if (written === "last") this.#work.log.info("order ended with its last page");
    return {};
  }

  async #fail(failure: OrderFailure): Promise<JobEnd> {
    const { maxFailures, reason } = failure;
    if (failure.mayPass) {
      const again = this.#work.againAfter(failure, await this.#release("failed", reason, { maxFailures }));
      if (again) return again;
    }
    this.#work.logFailure(failure);
    return failure.mayPass ? {} : this.#end("failed", reason);
  }

  /** A page that is no longer needed will not be needed later, unlike an order. */
  #drop(): JobEnd {
    this.#work.log.info(
      { ms: this.#work.ms },
      "the order was cancelled or revoked, or the page has ended already",
    );
    return {};
  }

  /**
   * If this returns "lost", the job must stay: the write may have been executed twice, and the next claim
   * finds out.
   */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason, options?: ReleaseOptions) {
    return this.#work.persist(() => this.#tools.attempts.releasePage(this.#page, outcome, reason, options));
  }
}
