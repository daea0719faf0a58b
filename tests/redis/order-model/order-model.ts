import {
  type FailureReason,
  hasEnded,
  type NewOrder,
  type OrderStatus,
} from "@orbital-witness/common/orders/order.ts";
import type { AttemptOutcome } from "@orbital-witness/common/orders/order-events.ts";
import type { PageEnd } from "@orbital-witness/common/orders/order-pages.ts";
import type {
  Claim,
  ClaimedPage,
  PageClaim,
  Release,
} from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { type AttemptRef, attemptName, parseItem } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { itemOf, QueueModel } from "./queue-model.ts";

type ModelAttempt = {
  attempt: number;
  worker: string;
  outcome: AttemptOutcome | null;
  code: string | undefined;
};

/**
 * A page of a document. `claim` is the token of the worker that reads it. `reading`: "<attempts> <worker>"
 * once it has ended.
 */
export type ModelPage = {
  end: string | undefined;
  reading: string | undefined;
  claim: string | undefined;
  worker: string;
  failures: number;
};

export type ModelOrder = {
  order: NewOrder;
  status: OrderStatus;
  run: number;
  /** The sequence number at which the order was accepted. `turn` is that of its last run. */
  place: number;
  turn: number;
  failures: number;
  /** The time from which the order's wait counts, as Redis recorded it. */
  queuedMs: number;
  history: OrderStatus[];
  attempts: ModelAttempt[];
  /** The token with which a worker claimed the order, and that worker. */
  claim: string | undefined;
  worker: string | undefined;
  /** The order's item in the queue, or that of its pages that no worker has taken yet. */
  item: string | undefined;
  /** The number of pages while the order is recognizing. */
  count: number | undefined;
  /** The number of pages of the document, once an attempt of the last run knew it. */
  documentPages?: number | undefined;
  /** The number of pages that workers have taken, while the pages are in the queue. */
  handedOut: number | undefined;
  /** The pages of the last attempt, if they are several or the order is completed. */
  pages: ModelPage[];
  result: { attempt: number; pages: number } | undefined;
  reason: FailureReason | undefined;
  /** The order is in the result store, and not in Redis. */
  isArchived: boolean;
  /** The last run that was archived. */
  archivedRun: number | undefined;
};

/** How an attempt or a page goes back to the queue. */
export type PutBack = {
  outcome: "failed" | "handed_back" | "lost";
  most: number;
  reason: FailureReason;
  delayMs: number;
};

/** An attempt at an order, or at a page of it, as its worker knows it. */
export type Hand = AttemptRef & { worker: string; token: string; page?: number };

const noItem = {
  claim: undefined,
  worker: undefined,
  item: undefined,
  count: undefined,
  handedOut: undefined,
};

export const isRunning = ({ status }: ModelOrder) => status === "fetching" || status === "recognizing";
const newPage = { end: undefined, reading: undefined, claim: undefined, worker: "", failures: 0 };
export const endedPages = ({ pages }: ModelOrder) => pages.filter(({ end }) => end !== undefined).length;

export const leaseOf = ({ page, token, ...of }: Hand) =>
  page === undefined ? attemptName(of) : `${attemptName(of)}.${page}.${token}`;

/**
 * A second, minimal implementation of the rules for orders. Each method is one step, and returns the reply
 * that the step must give.
 */
export class OrderModel {
  readonly queue = new QueueModel();
  readonly orders = new Map<string, ModelOrder>();
  /** Orders that were revoked after they were archived, until their files are removed. */
  readonly revoked = new Map<string, ModelOrder>();
  /** The runs of archived orders that were retried. */
  readonly archivedRuns = new Map<string, number>();
  sequence = 0;

  accept(order: NewOrder, queuedMs: number): void {
    const turn = ++this.sequence;
    const accepted: ModelOrder = {
      ...{ order, status: "queued", run: 1, turn, place: turn, failures: 0, queuedMs },
      ...{ history: [], attempts: [], pages: [], result: undefined, reason: undefined, isArchived: false },
      archivedRun: undefined,
      ...noItem,
    };
    this.orders.set(order.order_id, accepted);
    this.#wait(accepted, 0);
  }

  cancel(id: string): "gone" | "ended" | "cancelled" {
    const order = this.orders.get(id);
    if (!order) return this.revoked.has(id) ? "ended" : "gone";
    if (hasEnded(order.status)) return "ended";
    const due = isRunning(order) ? "later" : "due";
    this.#end(order, "cancelled", isRunning(order) ? "cancelled" : undefined);
    this.queue.unarchived.set(id, due);
    this.queue.marker = true;
    return "cancelled";
  }

  /** The items and leases of single pages stay until the queue gives them out. */
  revoke(id: string): boolean {
    const order = this.orders.get(id);
    if (!order) return false;
    if (!order.isArchived) this.#leave(order);
    this.queue.unarchived.delete(id);
    if (order.isArchived || order.run > 1) {
      this.queue.unarchived.set(id, "due");
      this.queue.marker = true;
    }
    const { archivedRun: run } = order;
    // Only a failed order has a later run than the archived one.
    if (run !== undefined)
      this.revoked.set(id, order.isArchived ? order : { ...order, status: "failed", run });
    return this.orders.delete(id);
  }

  archive(id: string): "archived" | "running" | "gone" {
    const order = this.orders.get(id);
    // An order that was revoked after it was archived has no files from now on.
    if (this.revoked.delete(id)) this.archivedRuns.delete(id);
    this.queue.unarchived.delete(id);
    if (!order || order.isArchived) return "gone";
    if (!hasEnded(order.status)) return "running";
    order.isArchived = true;
    order.archivedRun = order.run;
    if (order.run > 1) this.archivedRuns.set(id, order.run);
    return "archived";
  }

  expire(id: string): void {
    this.orders.delete(id);
    this.archivedRuns.delete(id);
  }

  retry(id: string, maxRuns: number, queuedMs: number): "gone" | "not_failed" | "too_many" | "queued" {
    const order = this.orders.get(id) ?? this.revoked.get(id);
    if (!order) return "gone";
    if (order.status !== "failed") return "not_failed";
    if (order.run >= maxRuns) return "too_many";
    if (this.revoked.has(id)) return "gone";
    const next = { run: order.run + 1, turn: ++this.sequence, failures: 0, queuedMs };
    Object.assign(order, { ...next, pages: [], reason: undefined, isArchived: false });
    order.documentPages = undefined;
    this.queue.unarchived.delete(id);
    this.#wait(order, 0);
    return "queued";
  }

  claim(item: string, worker: string, token: string): Claim["state"] {
    const { order_id, run } = parseItem(item);
    const order = this.orders.get(order_id);
    if (!this.queue.waiting.delete(item)) {
      return order && isRunning(order) && order.claim === token ? "claimed" : "taken";
    }
    if (order?.status !== "queued" || order.run !== run || order.item !== item) return "gone";
    this.queue.serve(item, 1);
    const attempt = order.attempts.length + 1;
    order.attempts.push({ attempt, worker, outcome: null, code: undefined });
    Object.assign(order, { status: "fetching", claim: token, worker, item: undefined, pages: [] });
    order.history.push("fetching");
    this.queue.leases.set(attemptName({ order_id, run, attempt }), "fresh");
    return "claimed";
  }

  recognizing(of: AttemptRef, count: number): "written" | "lost" {
    const order = this.running(of);
    if (!order) return "lost";
    if (order.status === "recognizing") return "written";
    Object.assign(order, { status: "recognizing", count, documentPages: count });
    order.history.push("recognizing");
    if (count === 1) return "written";
    order.handedOut = 0;
    order.pages = Array.from({ length: count }, () => ({ ...newPage }));
    order.item = itemOf(order, attemptName(of), count);
    this.queue.leases.delete(attemptName(of));
    this.queue.serve(order.item, -1);
    this.queue.put(order.item, 0);
    return "written";
  }

  complete(of: AttemptRef): "written" | "lost" {
    const order = this.inOneHand(of);
    if (!order) return "lost";
    order.pages = [{ ...newPage, end: "read", reading: `${order.failures + 1} ${order.worker}` }];
    this.#complete(order, 1);
    return "written";
  }

  fail(of: AttemptRef, reason: FailureReason): "written" | "lost" {
    const order = this.inOneHand(of);
    if (!order) return "lost";
    this.#fail(order, "failed", reason);
    return "written";
  }

  release(hand: Hand, { outcome, most, reason, delayMs }: PutBack, queuedMs: number): Release["state"] {
    if (outcome === "lost" && !this.queue.collect(leaseOf(hand))) return "held";
    const order = this.inOneHand(hand);
    if (!order) return "lost";
    this.queue.leases.delete(leaseOf(hand));
    if (outcome !== "handed_back" && ++order.failures >= most) {
      this.#fail(order, outcome, reason);
      return "exhausted";
    }
    order.queuedMs = queuedMs;
    this.#endAttempt(order, outcome, reason);
    this.#wait(order, delayMs);
    return "queued";
  }

  claimPage(item: string, worker: string, token: string): PageClaim["state"] {
    const { order_id, run, attempt = 0, page: again } = parseItem(item);
    if (!this.queue.waiting.delete(item)) return "taken";
    const of = { order_id, run, attempt };
    const order = this.running(of);
    if (!order) return "gone";
    const page = again ?? (order.handedOut ?? 0) + 1;
    if (again === undefined) {
      const left = order.pages.length - page;
      Object.assign(order, { handedOut: page, item: undefined });
      if (left > 0) {
        order.item = itemOf(order, attemptName(of), left);
        this.queue.put(order.item, 0);
      }
    }
    const found = order.pages[page - 1];
    if (found?.end !== undefined || !found) return "ended";
    this.queue.serve(item, 1);
    Object.assign(found, { claim: token, worker });
    this.queue.leases.set(leaseOf({ ...of, page, token, worker }), "fresh");
    return "claimed";
  }

  endPage(
    of: ClaimedPage,
    outcome: PageEnd["outcome"],
    reason: FailureReason,
    attempts?: number,
  ): "written" | "last" | "empty" | "lost" {
    this.queue.leases.delete(leaseOf(of));
    const found = this.page(of);
    if (!found || found.page.end !== undefined) return "lost";
    const { order, page } = found;
    const end = outcome === "failed" ? `failed ${reason.code} ${reason.message}` : outcome;
    const reading = `${attempts ?? page.failures + 1} ${of.worker}`;
    Object.assign(page, { end, reading, claim: undefined, failures: 0 });
    if (endedPages(order) < order.pages.length) return "written";
    if (order.pages.some((one) => one.end === "read")) {
      this.#complete(order, order.pages.length);
      return "last";
    }
    const failed = order.pages.find((one) => one.end?.startsWith("failed"))?.end;
    const [, code, message] = /^failed (\S+) (.*)$/.exec(failed ?? "") ?? [];
    this.#fail(order, "failed", code && message ? { code, message } : reason);
    return failed === undefined ? "empty" : "last";
  }

  /** `last`: the item of a page that goes behind its user's others. */
  releasePage(of: ClaimedPage, back: PutBack, last?: string): Release["state"] {
    if (back.outcome === "lost" && !this.queue.collect(leaseOf(of))) return "held";
    this.queue.leases.delete(leaseOf(of));
    const found = this.page(of);
    if (found?.page.claim !== of.token || !found) return "lost";
    const { order, page } = found;
    if (back.outcome !== "handed_back" && ++page.failures >= back.most) {
      this.endPage({ ...of, worker: page.worker }, "failed", back.reason, page.failures);
      return "exhausted";
    }
    page.claim = undefined;
    const name = `${attemptName(of)}.${of.page}`;
    const item = last ?? itemOf(order, name, order.pages.length - endedPages(order));
    this.queue.put(item, back.delayMs);
    return "queued";
  }

  hold(hand: Hand): "held" | "lost" {
    this.queue.arrive(hand.worker);
    const order = this.running(hand);
    if (!this.queue.leases.has(leaseOf(hand)) || !order) return "lost";
    if (hand.page !== undefined && order.pages[hand.page - 1]?.end !== undefined) return "lost";
    this.queue.leases.set(leaseOf(hand), "fresh");
    return "held";
  }

  /** The order of the attempt, if the attempt still has it. */
  running({ order_id, attempt }: AttemptRef): ModelOrder | undefined {
    const order = this.orders.get(order_id);
    return order && isRunning(order) && order.attempts.length === attempt ? order : undefined;
  }

  /** The order of the attempt, if the attempt has it and may end it. */
  inOneHand(of: AttemptRef): ModelOrder | undefined {
    const order = this.running(of);
    return order?.handedOut === undefined ? order : undefined;
  }

  /** The page, if its order is still at this attempt. */
  page(of: AttemptRef & { page: number }) {
    const order = this.running(of);
    const page = order?.pages[of.page - 1];
    return order && page ? { order, page } : undefined;
  }

  #wait(order: ModelOrder, delayMs: number): void {
    const item = itemOf(order, `${order.order.order_id}.${order.run}`, 1);
    Object.assign(order, { ...noItem, status: "queued", item });
    order.history.push("queued");
    this.queue.put(item, delayMs);
  }

  #endAttempt(order: ModelOrder, outcome: AttemptOutcome, reason?: FailureReason): void {
    // An empty code stands for no reason.
    Object.assign(order.attempts.at(-1) ?? {}, { outcome, code: reason?.code || undefined });
  }

  #complete(order: ModelOrder, pages: number): void {
    order.result = { attempt: order.attempts.length, pages };
    this.#end(order, "completed", "completed");
  }

  #fail(order: ModelOrder, outcome: AttemptOutcome, reason: FailureReason): void {
    order.reason = reason;
    this.#end(order, "failed", outcome, reason);
  }

  #end(order: ModelOrder, status: OrderStatus, outcome?: AttemptOutcome, reason?: FailureReason): void {
    this.#leave(order);
    if (outcome) this.#endAttempt(order, outcome, reason);
    Object.assign(order, { ...noItem, status });
    order.history.push(status);
    this.queue.unarchived.set(order.order.order_id, "due");
  }

  #leave({ order, item, run, attempts }: ModelOrder): void {
    if (item) this.queue.remove(item);
    const { order_id } = order;
    this.queue.leases.delete(attemptName({ order_id, run, attempt: attempts.length }));
  }
}
