import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { fieldsReply } from "../../redis/redis-script.ts";
import { type FailureReason, type OrderRecord, orderRecordSchema } from "../order.ts";
import * as keys from "../order-keys.ts";
import type { PageEnd } from "../order-pages.ts";
import {
  claimPageScript,
  claimScript,
  completeScript,
  endPageScript,
  failScript,
  giveUpScript,
  holdScript,
  presentScript,
  recognizingScript,
  releasePageScript,
  releaseScript,
  sweepScript,
} from "../order-scripts.ts";
import type { OrderJob, PageJob } from "./order-queue.ts";

/**
 * How many attempts of one run may fail or be lost; the same limit holds for each page of a document of
 * several. Without a limit, a document that kills its worker would be retried for ever.
 */
export const maxFailures = 5;

/** A worker that was not seen for this long is not counted. */
export const workerSeenMs = 15_000;

/**
 * How long a worker has to withdraw a suspicion before its order is given to another worker. The queue's lock
 * also expires while Redis is away, which must not cost a healthy attempt. The value is twice the time that a
 * worker may need to reconnect, since it retries every 3 s.
 */
export const defaultSuspicionMs = 6000;

const holdReply = z.enum(["held", "lost"]);
const claimReply = z.union([
  z.tuple([z.enum(["gone", "ended", "suspected", "exhausted"])]),
  z.tuple([z.literal("lost"), z.coerce.number()]),
  z.tuple([z.literal("claimed"), fieldsReply]),
  z.tuple([z.literal("spread"), fieldsReply, z.array(z.number())]),
]);
const claimPageReply = z.union([
  z.tuple([z.enum(["gone", "ended", "exhausted"])]),
  z.tuple([z.literal("claimed"), z.coerce.number(), z.string()]),
]);
const noReason: FailureReason = { code: "", message: "" };
const writeReply = z.enum(["written", "lost"]);
const endPageReply = z.enum(["written", "last", "lost"]);
const releaseReply = z.tuple([z.enum(["queued", "exhausted", "lost"]), z.coerce.number()]);

/**
 * "gone": no order needs this job. "ended": its order has ended. "suspected": another worker seems to run the
 * order; the job should wait for `suspicionMs` and claim again. "lost": the previous worker did not withdraw
 * the suspicion with `hold`; the order waits again and has `failures` failures so far. "exhausted": as
 * "lost", but the limit is reached and the order failed. "spread": the workers read its pages separately, and
 * the `pending` pages must have jobs.
 */
export type Claim =
  | { state: "gone" | "ended" | "suspected" | "exhausted" }
  | { state: "lost"; failures: number }
  | { state: "claimed"; order: OrderRecord }
  | { state: "spread"; order: OrderRecord; pending: number[] };

/** A page that a worker claimed. `failures`: how often reading it failed before. */
export type ClaimedPage = PageJob & { claim: string; worker: string; request_id: string; failures: number };

/**
 * "gone": no order needs this page any more. "ended": the page has ended. "exhausted": the page lost its
 * worker once too often and has now failed.
 */
export type PageClaim = { state: "gone" | "ended" | "exhausted" } | { state: "claimed"; page: ClaimedPage };

/**
 * `maxFailures`: the number of failures that ends the order or page. `last`: the order waits at the end of
 * the queue.
 */
export type ReleaseOptions = { maxFailures?: number; last?: boolean };

/**
 * The orders' records as the workers use them. They work when Redis is full, too. Every method rejects when
 * Redis does.
 */
export class OrderAttempts {
  readonly #redis: RedisConnection;
  readonly #retentionSeconds: number;
  /** How long a suspicion must stand before it counts, in ms. */
  readonly suspicionMs: number;

  /** `retentionSeconds`: how long an order and its result are kept after the order ended. */
  constructor(redis: RedisConnection, retentionSeconds: number, suspicionMs = defaultSuspicionMs) {
    this.#redis = redis;
    this.#retentionSeconds = retentionSeconds;
    this.suspicionMs = suspicionMs;
  }

  /**
   * Reports that the attempt's worker is present, and returns whether the order still belongs to this
   * attempt.
   */
  async hold({ order_id, attempt }: Pick<OrderRecord, "order_id" | "attempt">) {
    return holdReply.parse(await holdScript.run(this.#redis, this.#of(order_id), [attempt]));
  }

  /** Claims an order. `lost` is the reason recorded for an attempt that never ended. */
  async claim({ order_id, run }: OrderJob, worker: string, lost: FailureReason): Promise<Claim> {
    const bounds = [this.#retentionSeconds, this.suspicionMs];
    const values = [order_id, run, worker, maxFailures, lost.code, lost.message, ...bounds];
    const named = this.#of(order_id, keys.waitingKey, keys.outboxKey);
    const [state, value, pending] = claimReply.parse(await claimScript.run(this.#redis, named, values));
    if (state === "lost") return { state, failures: value };
    if (state === "claimed") return { state, order: orderRecordSchema.parse(value) };
    if (state === "spread") return { state, order: orderRecordSchema.parse(value), pending };
    return { state };
  }

  /**
   * Records that the document was fetched and has `pages` pages. With one page, the attempt runs to the
   * order's end. With more, the order is spread and ends with its last page. "lost", here and below: the
   * order was cancelled, revoked or taken over.
   */
  async recognizing({ order_id, attempt }: OrderRecord, pages: number) {
    return writeReply.parse(await recognizingScript.run(this.#redis, this.#of(order_id), [attempt, pages]));
  }

  /** Completes an order of one page, whose result is stored. */
  async complete({ order_id, attempt }: OrderRecord) {
    const named = this.#of(order_id, keys.durationKey, keys.unindexedKey);
    const values = [order_id, attempt, this.#retentionSeconds];
    return writeReply.parse(await completeScript.run(this.#redis, named, values));
  }

  /** Claims a page. `lost` is the reason recorded for a page whose worker never came back. */
  async claimPage(job: PageJob, worker: string, lost: FailureReason): Promise<PageClaim> {
    const claim = randomUUID();
    const bounds = [maxFailures, lost.code, lost.message, this.#retentionSeconds];
    const values = [job.order_id, job.attempt, job.page, claim, worker, ...bounds];
    const reply = await claimPageScript.run(this.#redis, this.#ofPage(job), values);
    const [state, failures, request_id] = claimPageReply.parse(reply);
    if (state !== "claimed") return { state };
    return { state, page: { ...job, claim, worker, request_id, failures } };
  }

  /**
   * Ends the page. Any worker may do so: a worker that was considered lost reads the same as its successor.
   * `reason` is the page's if it failed; if all pages are empty, it is the order's. "last": the order ended
   * with this page, as completed if any page was read, otherwise as failed with the reason of the first
   * failed page.
   */
  async endPage(job: PageJob, worker: string, outcome: PageEnd["outcome"], reason = noReason) {
    const { order_id, attempt, page } = job;
    const words = [outcome, worker, reason.code, reason.message];
    const values = [order_id, attempt, page, ...words, this.#retentionSeconds];
    return endPageReply.parse(await endPageScript.run(this.#redis, this.#ofPage(job), values));
  }

  /** Puts the page back, as `release` does with an order. "exhausted" means that only the page failed. */
  async releasePage(
    page: ClaimedPage,
    outcome: "failed" | "handed_back",
    reason?: FailureReason,
    { maxFailures: most = maxFailures }: ReleaseOptions = {},
  ) {
    const { order_id, attempt, claim, worker } = page;
    const { code, message } = reason ?? noReason;
    const values = [order_id, attempt, page.page, claim, worker, outcome, most, code, message];
    const named = this.#ofPage(page);
    const reply = await releasePageScript.run(this.#redis, named, [...values, this.#retentionSeconds]);
    const [state, failures] = releaseReply.parse(reply);
    return { state, failures };
  }

  /** Ends the order without a result. */
  async fail(orderId: string, attempt: number, { code, message }: FailureReason) {
    const values = [attempt, code, message, this.#retentionSeconds];
    return writeReply.parse(await failScript.run(this.#redis, this.#of(orderId), values));
  }

  /** Fails the order because the queue gave up its job, at any attempt or before the first one. */
  async giveUp({ order_id, run }: OrderJob, { code, message }: FailureReason) {
    const values = [order_id, run, code, message, this.#retentionSeconds];
    return writeReply.parse(await giveUpScript.run(this.#redis, this.#of(order_id, keys.waitingKey), values));
  }

  /**
   * Puts the order back. "failed": after a transient fault; it counts, and may be the last one allowed
   * ("exhausted"). "handed_back": by a worker that stops.
   */
  async release(
    { order_id, attempt }: OrderRecord,
    outcome: "failed" | "handed_back",
    reason?: FailureReason,
    { maxFailures: most = maxFailures, last = false }: ReleaseOptions = {},
  ) {
    const { code, message } = reason ?? noReason;
    const bounds = [outcome, most, code, message, this.#retentionSeconds];
    const values = [order_id, attempt, ...bounds, last ? 1 : 0];
    const named = this.#of(order_id, keys.waitingKey, keys.outboxKey, keys.sequenceKey);
    const [state, failures] = releaseReply.parse(await releaseScript.run(this.#redis, named, values));
    return { state, failures };
  }

  /**
   * Acquires or renews the lease for sweeping the results, for `ms`. Returns whether this worker holds it.
   * Only one worker can.
   */
  async maySweep(worker: string, ms: number): Promise<boolean> {
    return (await sweepScript.run(this.#redis, [keys.sweeperKey], [worker, ms])) === 1;
  }

  /** Reports that the worker is present. Repeat this every few seconds. */
  async present(worker: string): Promise<void> {
    await presentScript.run(this.#redis, [keys.workersKey], [worker, workerSeenMs]);
  }

  async absent(worker: string): Promise<void> {
    await this.#redis.zRem(keys.workersKey, worker);
  }

  #ofPage({ order_id, attempt }: PageJob): string[] {
    return this.#of(order_id, keys.pagesKey(order_id, attempt), keys.durationKey, keys.unindexedKey);
  }

  #of(orderId: string, ...more: string[]): string[] {
    return [keys.recordKey(orderId), keys.eventsKey(orderId), ...more];
  }
}
