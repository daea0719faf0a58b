import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason } from "@orbital-witness/common/orders/order.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import type { ClaimedPage, ReleaseOptions } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { inSpan } from "@orbital-witness/common/tracing/spans.ts";
import { failureReason, type OrderFailure } from "../failure.ts";
import { type OrderTools, type Stop, WatchedWork } from "./watched-work.ts";
import { pageAttributes } from "./work-trace.ts";

/**
 * Reads one page of a document of several, from its claim to its end, which may also be the order's end.
 * Rejects if the end could not be written before `giveUp`.
 */
export async function processPage(tools: OrderTools, page: ClaimedPage, stop: Stop, log: Log): Promise<void> {
  await new PageReading(tools, page, stop, log.child({ page: page.page })).run();
}

class PageReading {
  readonly #tools: OrderTools;
  readonly #page: ClaimedPage;
  readonly #work: WatchedWork;

  constructor(tools: OrderTools, page: ClaimedPage, stop: Stop, log: Log) {
    this.#tools = tools;
    this.#page = page;
    this.#work = new WatchedWork(tools, page, stop, log);
  }

  run(): Promise<void> {
    return this.#work.run(() => this.#read(), {
      drop: () => this.#drop(),
      handBack: (reason, options) => this.#release("handed_back", reason, options),
      fail: (failure) => this.#fail(failure),
    });
  }

  async #read(): Promise<void> {
    const { page } = this.#page;
    const isEmpty = await inSpan("page", {}, async (span) => {
      const read = await this.#tools.reader.read(this.#page, page, this.#work.aborted);
      span?.setAttributes(pageAttributes(read));
      const { isEmpty, characters } = read;
      this.#work.log.info({ ms: this.#work.ms, characters }, "page read");
      return isEmpty;
    });
    await this.#end(isEmpty ? "empty" : "read", failureReason("no_text_found"));
  }

  async #end(outcome: PageEnd["outcome"], reason: FailureReason): Promise<void> {
    const { attempts } = this.#tools;
    const end = () => attempts.endPage(this.#page, outcome, reason);
    const written = await this.#work.stored(outcome, end);
    if (written === "lost") return this.#drop();
    if (written === "written") return;
    // The pages of an order that has no text did not fail, but the order did.
    if (written === "empty") this.#tools.tally.attemptFailed("no_text_found");
    this.#tools.tally.orderEnded();
    this.#work.log.info("order ended with its last page");
  }

  async #fail(failure: OrderFailure): Promise<void> {
    const { maxFailures, goesLast: last, pageReason: reason } = failure;
    if (failure.mayPass) {
      const released = await this.#release("failed", reason, { maxFailures, last });
      if (this.#work.willBeTriedAgain(failure, released)) return;
      if (released.endsOrder) this.#tools.tally.orderEnded();
    }
    this.#work.logFailure(failure);
    if (!failure.mayPass) await this.#end("failed", reason);
  }

  #drop(): void {
    this.#work.log.info(
      { ms: this.#work.ms },
      "the order was cancelled or revoked, or the page has ended already",
    );
  }

  /** "lost" if the write was executed twice, because its first answer was lost. */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason, options?: ReleaseOptions) {
    const release = () => this.#tools.attempts.releasePage(this.#page, outcome, reason, options);
    return this.#work.stored(outcome, release);
  }
}
