import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { fieldsReply, type RedisScript } from "../../redis/redis-script.ts";
import { type FailureReason, type OrderRecord, orderRecordSchema } from "../order.ts";
import * as keys from "../order-keys.ts";
import type { PageEnd } from "../order-pages.ts";
import { steps } from "../order-scripts.ts";
import {
  type AttemptRef,
  attemptName,
  claimToken,
  defaultLeaseMs,
  type LostLease,
  leaseName,
  type QueueItem,
} from "./order-queue.ts";
import { retryDelayMs } from "./retry-delay.ts";

/**
 * How many attempts of one run may fail or be lost; the same limit holds for each page of a document of
 * several. Without a limit, a document that kills its worker would be retried for ever.
 */
export const maxFailures = 5;

const holdReply = z.enum(["held", "lost"]);
/** Only orders that are traced have these. */
const queuedReply = z
  .string()
  .nullable()
  .transform((ms) => (ms === null ? undefined : Number(ms)));
const traceparentReply = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);
const claimReply = z.union([
  z.tuple([z.enum(["gone", "taken"])]),
  z.tuple([z.literal("claimed"), fieldsReply, queuedReply.optional()]),
]);
const claimPageReply = z.union([
  z.tuple([z.enum(["gone", "taken", "ended"])]),
  z.tuple([
    z.literal("claimed"),
    z.coerce.number(),
    z.int(),
    z.string(),
    z.int(),
    traceparentReply.optional(),
  ]),
]);
const noReason: FailureReason = { code: "", message: "" };
const writeReply = z.enum(["written", "lost"]);
const endPageReply = z.enum(["written", "last", "empty", "lost"]);
const releaseReply = z
  .tuple([z.enum(["queued", "exhausted", "lost", "held"]), z.coerce.number(), z.string().optional()])
  .transform(([state, failures, end]) => ({
    ...{ state, failures },
    ...((end === "last" || end === "empty") && { endsOrder: true }),
  }));

/**
 * "taken": another worker has claimed this item. "gone": no order needs it. "claimed": the worker has a lease
 * on the order, which it must hold. `queued_ms`: since when the order waited, by Redis's clock, if it is
 * traced.
 */
export type Claim =
  | { state: "gone" | "taken" }
  | { state: "claimed"; order: OrderRecord; queued_ms: number | undefined };

/**
 * A page that a worker claimed, at `claimed_ms` (since the epoch by Redis's clock). `failures`: how often
 * reading it failed before.
 */
export type ClaimedPage = AttemptRef & {
  page: number;
  token: string;
  worker: string;
  request_id: string;
  failures: number;
  claimed_ms: number;
  traceparent: string | undefined;
};

/** "taken", "gone": as for an order. "ended": a worker that was considered lost has read the page. */
export type PageClaim = { state: "gone" | "taken" | "ended" } | { state: "claimed"; page: ClaimedPage };

/**
 * `maxFailures`: the number of failures that ends the order or page. `last`: it waits behind all that its
 * user has in the queue now. `delayMs`: how long it waits at least; by default this depends on its failures.
 */
export type ReleaseOptions = { maxFailures?: number; last?: boolean; delayMs?: number };

/**
 * "queued": the order or page waits again, and has `failures` failures. "exhausted": it has failed, and with
 * `endsOrder` its order has ended. "lost": it does not belong to the caller. "held": see `collect`.
 */
export type Release = z.output<typeof releaseReply>;

/**
 * The orders' records as the workers use them. They work when Redis is full, too. Every method rejects when
 * Redis does.
 */
export class OrderAttempts {
  readonly #redis: RedisConnection;
  readonly #leaseMs: number;

  constructor(redis: RedisConnection, leaseMs = defaultLeaseMs) {
    this.#redis = redis;
    this.#leaseMs = leaseMs;
  }

  /** Starts an attempt. A repeated call with the same `token` gets the same attempt. */
  async claim(
    { item, order_id, run }: QueueItem,
    worker: string,
    token: string = claimToken(worker),
  ): Promise<Claim> {
    const values = [item, order_id, run, worker, token, this.#leaseMs];
    const reply = claimReply.parse(await this.#run(steps.claim, order_id, values));
    const [state, fields, queued_ms] = reply;
    return state === "claimed" ? { state, order: orderRecordSchema.parse(fields), queued_ms } : { state };
  }

  /**
   * Returns whether the attempt's order, or the page, still belongs to the worker, and renews its lease. Call
   * this every second.
   */
  async hold(work: AttemptRef & { page?: number | undefined; token?: string }, worker: string) {
    // The record of an order has a `page` too: its progress.
    const page = work.token === undefined ? undefined : work.page;
    const values = [work.attempt, page ?? "", leaseName({ ...work, page }), worker, this.#leaseMs];
    return holdReply.parse(await this.#run(steps.hold, work.order_id, values));
  }

  /**
   * Records that the document was fetched and has `pages` pages. With one page, the attempt runs to the
   * order's end. With more, the attempt ends here: the pages are in the queue, and the last of them ends the
   * order. "lost", here and below: the order was cancelled, revoked or taken over.
   */
  async recognizing({ order_id, run, attempt }: AttemptRef, pages: number) {
    return writeReply.parse(await this.#run(steps.recognizing, order_id, [order_id, run, attempt, pages]));
  }

  /** Completes an order of one page, whose result is stored. */
  async complete({ order_id, attempt }: AttemptRef) {
    return writeReply.parse(await this.#run(steps.complete, order_id, [order_id, attempt]));
  }

  /**
   * Claims the page of the item, or the next page of its document. A call that repeats another one, with
   * `again`, gets the same page for the same `token`.
   */
  async claimPage(
    from: QueueItem & { attempt: number },
    worker: string,
    { token = claimToken(worker), again = false }: { token?: string; again?: boolean } = {},
  ): Promise<PageClaim> {
    const { item, order_id, run, attempt, page: own = "" } = from;
    const bounds = [this.#leaseMs, again ? "again" : ""];
    const values = [item, attemptName(from), attempt, own, worker, token, ...bounds];
    const reply = claimPageReply.parse(await this.#run(steps.claimPage, order_id, values));
    if (reply[0] !== "claimed") return { state: reply[0] };
    const [state, page, failures, request_id, claimed_ms, traceparent] = reply;
    const claimed = {
      ...{ order_id, run, attempt, page, token, worker },
      ...{ request_id, failures, claimed_ms, traceparent },
    };
    return { state, page: claimed };
  }

  /**
   * Ends the page. A worker that was considered lost may do so too: it reads the same as its successor.
   * `reason` is the page's if it failed; if all pages are empty, it is the order's. "last": the order ended
   * with this page, as completed if any page was read, otherwise as failed with the reason of the first
   * failed page. "empty": the order failed because all of its pages are empty.
   */
  async endPage(of: ClaimedPage, outcome: PageEnd["outcome"], reason = noReason) {
    const { order_id, attempt, page, worker, claimed_ms } = of;
    const words = [outcome, worker, claimed_ms, reason.code, reason.message];
    const values = [leaseName(of), order_id, attempt, page, ...words];
    return endPageReply.parse(await this.#run(steps.endPage, order_id, values));
  }

  /** Ends the order without a result. */
  async fail({ order_id, attempt }: AttemptRef, { code, message }: FailureReason) {
    return writeReply.parse(await this.#run(steps.fail, order_id, [attempt, code, message]));
  }

  /**
   * Puts the order back. "failed": after a transient fault; it counts, and may be the last one allowed.
   * "handed_back": by a worker that stops.
   */
  release(
    order: AttemptRef,
    outcome: "failed" | "handed_back",
    reason = noReason,
    options: ReleaseOptions = {},
  ) {
    return this.#release(order, outcome, reason, 0, options);
  }

  /** Puts the page back, as `release` does with an order. "exhausted" means that only the page failed. */
  releasePage(
    page: ClaimedPage,
    outcome: "failed" | "handed_back",
    reason = noReason,
    options: ReleaseOptions = {},
  ) {
    return this.#releasePage(page, outcome, reason, 0, options);
  }

  /**
   * Puts back the order or page of a worker that is gone, or of an earlier process of the caller. This counts
   * as a failure for `reason`. "held": the worker has returned, or another one was faster.
   */
  collect({ seenMs, page, ...lease }: LostLease, reason: FailureReason): Promise<Release> {
    if (page === undefined) return this.#release(lease, "lost", reason, seenMs, {});
    return this.#releasePage({ ...lease, page }, "lost", reason, seenMs, {});
  }

  async #release(
    order: AttemptRef,
    outcome: string,
    { code, message }: FailureReason,
    seenMs: number,
    options: ReleaseOptions,
  ): Promise<Release> {
    const { maxFailures: most = maxFailures, last } = options;
    const words = [attemptName(order), order.attempt, outcome, most, code, message];
    const values = [...words, last ? "last" : "", seenMs, ...delays(outcome, options)];
    return releaseReply.parse(await this.#run(steps.release, order.order_id, values));
  }

  async #releasePage(
    of: AttemptRef & Pick<ClaimedPage, "page" | "token">,
    outcome: string,
    { code, message }: FailureReason,
    seenMs: number,
    options: ReleaseOptions,
  ): Promise<Release> {
    const { order_id, attempt, page, token } = of;
    const { maxFailures: most = maxFailures, last } = options;
    const words = [attemptName(of), order_id, attempt, page, token, outcome, most, code, message];
    const values = [...words, last ? "last" : "", seenMs, ...delays(outcome, options)];
    return releaseReply.parse(await this.#run(steps.releasePage, order_id, values));
  }

  /**
   * Acquires or renews the lease for sweeping the results, for `ms`. Returns whether this worker holds it.
   * Only one worker can.
   */
  async maySweep(worker: string, ms: number): Promise<boolean> {
    return (await steps.sweep.run(this.#redis, [keys.sweeperKey], [worker, ms])) === 1;
  }

  /** The trace to which the order belongs, if there is one. */
  async traceparent(orderId: string): Promise<string | undefined> {
    return (await this.#redis.hGet(keys.recordKey(orderId), "traceparent")) ?? undefined;
  }

  /** Reports that the worker is gone. */
  async absent(worker: string): Promise<void> {
    await this.#redis.zRem(keys.workersKey, worker);
  }

  #run(step: RedisScript, orderId: string, values: (string | number)[]): Promise<unknown> {
    return step.run(this.#redis, keys.stepKeys(orderId), values);
  }
}

/** The delays in ms after each number of failures. The first one is also that of work handed back. */
function delays(outcome: string, { delayMs }: ReleaseOptions): number[] {
  if (delayMs !== undefined || outcome === "handed_back") return [delayMs ?? 0];
  return Array.from({ length: maxFailures }, (_, index) => retryDelayMs(index + 1));
}
