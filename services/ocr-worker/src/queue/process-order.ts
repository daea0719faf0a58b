import type { Log } from "@orbital-witness/common/log.ts";
import type { FailureReason, OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { ReleaseOptions } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { inSpan, type Span, SpanKind } from "@orbital-witness/common/tracing/spans.ts";
import { OrderFailure, storageFailure } from "../failure.ts";
import { AttemptLost } from "./attempt-watch.ts";
import { type OrderTools, type Stop, WatchedWork } from "./watched-work.ts";
import { pageAttributes } from "./work-trace.ts";

/**
 * One attempt at one order, until it ends or its pages are in the queue. Rejects if the end could not be
 * written before `giveUp`.
 */
export async function processOrder(
  tools: OrderTools,
  order: OrderRecord,
  stop: Stop,
  log: Log,
): Promise<void> {
  await new Attempt(tools, order, stop, log).run();
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
    this.#work = new WatchedWork(tools, order, stop, log);
  }

  async run(): Promise<void> {
    const { title_number, document_type } = this.#order;
    this.#work.log.info({ title_number, document_type }, "order started");
    try {
      await this.#work.run(() => this.#process(), {
        drop: () => this.#drop(),
        handBack: (reason, options) => this.#release("handed_back", reason, options),
        fail: (failure) => this.#fail(failure),
      });
    } finally {
      if (!this.#isForOthers) await this.#work.removeDocument();
    }
  }

  async #process(): Promise<void> {
    const bytes = await inSpan("fetch", { kind: SpanKind.CLIENT }, () => this.#save());
    const pages = await inSpan("prepare", {}, (span) => this.#prepare(bytes, span));
    if (pages === 1) await this.#complete(await this.#read());
  }

  /** Returns the number of the document's pages. */
  async #prepare(bytes: number, span: Span | undefined): Promise<number> {
    const { attempts, reader } = this.#tools;
    const { aborted, log } = this.#work;
    const { format, pages } = await reader.inspect(this.#order, aborted);
    log.info({ format, pages, bytes }, "document fetched");
    span?.setAttributes({ "document.format": format, "document.pages": pages, "document.bytes": bytes });
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
  #read(): Promise<number> {
    return inSpan("page", { attributes: { "page.number": 1 } }, async (span) => {
      const read = await this.#tools.reader.read(this.#order, 1, this.#work.aborted);
      span?.setAttributes(pageAttributes(read));
      const { isEmpty, characters } = read;
      if (isEmpty) throw new OrderFailure("no_text_found");
      return characters;
    });
  }

  async #complete(characters: number): Promise<void> {
    this.#isForOthers = true;
    const complete = () => this.#tools.attempts.complete(this.#order);
    const written = await this.#work.stored("completed", complete);
    if (written === "lost") return this.#drop();
    this.#tools.tally.orderEnded();
    this.#work.log.info({ ms: this.#work.ms, pages: 1, characters }, "order completed");
  }

  async #fail(failure: OrderFailure): Promise<void> {
    const { maxFailures, goesLast: last, reason } = failure;
    if (failure.mayPass) {
      const released = await this.#release("failed", reason, { maxFailures, last });
      if (this.#work.willBeTriedAgain(failure, released)) return;
    } else {
      const { attempts } = this.#tools;
      const written = await this.#work.stored("failed", () => attempts.fail(this.#order, reason));
      if (written === "lost") return this.#drop();
    }
    this.#tools.tally.orderEnded();
    this.#work.logFailure(failure);
  }

  #drop(): void {
    const { log, ms } = this.#work;
    log.warn({ ms }, "the order was cancelled, revoked or taken over, so this attempt ends");
  }

  /** "lost" if the write was executed twice, because its first answer was lost. */
  #release(outcome: "failed" | "handed_back", reason?: FailureReason, options?: ReleaseOptions) {
    const release = () => this.#tools.attempts.release(this.#order, outcome, reason, options);
    return this.#work.stored(outcome, release);
  }
}
