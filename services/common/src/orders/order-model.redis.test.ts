import { randomUUID } from "node:crypto";
import { Worker } from "bullmq";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { snapshotOf } from "../../../../tests/redis/order-snapshot.ts";
import { orderServices, silentLog } from "../../../../tests/redis/redis-database.ts";
import {
  inTime,
  letSuspicionStand,
  pageJob,
  sampleOrder,
  workerLost,
} from "../../../../tests/redis/sample-order.ts";
import { hasEnded, type OrderRecord, type OrderStatus } from "./order.ts";
import { type AttemptOutcome, summarize } from "./order-events.ts";
import { eventsKey, outboxKey, pagesKey, recordKey, unindexedKey, waitingKey } from "./order-keys.ts";
import type { PageEnd } from "./order-pages.ts";
import { type Claim, type ClaimedPage, maxFailures } from "./queue/order-attempts.ts";
import { OrderDispatcher } from "./queue/order-dispatcher.ts";
import {
  addPageJobs,
  jobId,
  type OrderJob,
  orderQueueName,
  type PageJob,
  pageJobId,
  pageJobSchema,
  type QueueJob,
  removeJobs,
} from "./queue/order-queue.ts";

/**
 * A second, minimal implementation of the queue's rules. Random sequences of steps run against it and against
 * the real queue. After each step, everything that Redis holds must equal the model.
 */

const { redis, queue, store, attempts } = orderServices();
const worker = new Worker<QueueJob["data"], void, QueueJob["name"]>(orderQueueName, null, {
  connection: redis,
  autorun: false,
  skipVersionCheck: true,
});
afterAll(() => worker.close());

const users = [1, 2];
const reason = { code: "source_unavailable", message: "busy" };
const noText = { code: "no_text_found", message: "empty" };

type ModelAttempt = { attempt: number; worker: string; outcome: AttemptOutcome | null };

/** A page of a document of several. `claim` is the claim of the worker that reads it. */
type ModelPage = { end: PageEnd | undefined; claim: string | undefined; failures: number };

/** An order that exists. */
type ModelOrder = {
  id: string;
  userId: number;
  status: OrderStatus;
  run: number;
  turn: number;
  /** The attempt that is suspected of having lost its worker. */
  suspected: number | undefined;
  /** The sequence number at which the order was accepted. `turn` is that of its last retry. */
  place: number;
  failures: number;
  history: OrderStatus[];
  attempts: ModelAttempt[];
  page: number | undefined;
  /** The pages of the last attempt, if it was spread. */
  pages: ModelPage[];
  result: { attempt: number; pages: number } | undefined;
};

/** A job of the queue that a worker holds. */
type HeldJob = { job: QueueJob; token: string };
type Hand = HeldJob & { order: OrderRecord };
type PageHand = HeldJob & { page: ClaimedPage };

type Model = {
  orders: Map<string, ModelOrder>;
  /** Every run that was ever accepted, including those of orders that no longer exist. */
  accepted: OrderJob[];
  known: Map<string, { id: string; fingerprint: string }>;
  sequence: number;
  outbox: Set<string>;
  /** Ids of the jobs that wait in the queue. */
  waiting: Set<string>;
  /** Ids of the orders' jobs that wait for the jobs of their pages. */
  parents: Set<string>;
  /** For an order's job, the ids of the pages' jobs that it would wait for. */
  children: Map<string, Set<string>>;
  hands: Hand[];
  pageHands: PageHand[];
  /** Orders that workers lost or finished, and to which they may still write. */
  lost: OrderRecord[];
  lostPages: ClaimedPage[];
};

const isRunning = ({ status }: ModelOrder) => status === "fetching" || status === "recognizing";
const isSpread = (order: ModelOrder) => isRunning(order) && order.pages.length > 0;
const pending = ({ pages }: ModelOrder) =>
  pages.flatMap(({ end }, index) => (end === undefined ? [index + 1] : []));

function enter(order: ModelOrder, status: OrderStatus, outcome?: AttemptOutcome): void {
  const last = order.attempts.at(-1);
  if (outcome && last) last.outcome = outcome;
  order.status = status;
  order.history.push(status);
  order.page = status === "recognizing" ? 0 : undefined;
}

/** The order waits again. An outbox entry covers the case that its job is gone. */
function requeue(model: Model, order: ModelOrder, outcome: AttemptOutcome): void {
  enter(order, "queued", outcome);
  model.outbox.add(jobId(order.id, order.run));
}

/** Counts a failure. Returns whether the order may continue. */
function countFailure(model: Model, order: ModelOrder, outcome: AttemptOutcome): boolean {
  order.failures++;
  const goesOn = order.failures < maxFailures;
  if (goesOn) requeue(model, order, outcome);
  else enter(order, "failed", outcome);
  return goesOn;
}

/** Claims the run and returns the outcome. In this model a suspicion has always stood long enough. */
async function claim(model: Model, { order_id, run }: OrderJob, name: string): Promise<Claim> {
  const job = { order_id, run };
  const got = await attempts.claim(job, name, workerLost);
  const order = model.orders.get(job.order_id);
  if (!order || order.run !== job.run) expect(got).toEqual({ state: "gone" });
  else if (hasEnded(order.status)) expect(got).toEqual({ state: "ended" });
  else if (order.status === "queued") {
    enter(order, "fetching");
    const attempt = order.attempts.length + 1;
    order.attempts.push({ attempt, worker: name, outcome: null });
    expect(got).toMatchObject({ state: "claimed", order: { attempt, order_id: order.id } });
  } else if (isSpread(order)) {
    expect(got).toMatchObject({ state: "spread", order: { order_id: order.id }, pending: pending(order) });
  } else if (order.suspected === order.attempts.length) {
    const goesOn = countFailure(model, order, "lost");
    expect(got).toEqual(goesOn ? { state: "lost", failures: order.failures } : { state: "exhausted" });
  } else {
    expect(got).toEqual({ state: "suspected" });
    order.suspected = order.attempts.length;
    await letSuspicionStand(redis, order.id);
  }
  return got;
}

/** The order of the attempt, if the attempt still has it. */
function held(model: Model, { order_id, attempt }: OrderRecord): ModelOrder | undefined {
  const order = model.orders.get(order_id);
  return order && isRunning(order) && order.attempts.at(-1)?.attempt === attempt ? order : undefined;
}

/** The order of the attempt, if the attempt may end it. */
function heldAlone(model: Model, record: OrderRecord): ModelOrder | undefined {
  const order = held(model, record);
  return order && isSpread(order) ? undefined : order;
}

/** The page of a running order, if the order is still at this attempt. */
function heldPage(model: Model, { order_id, attempt, page }: PageJob) {
  const order = model.orders.get(order_id);
  if (!order || !isSpread(order) || order.attempts.length !== attempt) return undefined;
  const found = order.pages[page - 1];
  if (!found) throw new Error(`there is no page ${page}`);
  return { order, page: found };
}

/** Ends a page, and its order if it was the last page. Returns the reply that the page's worker gets. */
function endModelPage(model: Model, job: PageJob, outcome: PageEnd["outcome"], why = noText): string {
  const found = heldPage(model, job);
  if (!found || found.page.end) return "lost";
  const { order, page } = found;
  page.end = { page: job.page, ...(outcome === "failed" ? { outcome, reason: why } : { outcome }) };
  page.claim = undefined;
  page.failures = 0;
  const left = pending(order).length;
  order.page = order.pages.length - left;
  if (left > 0) return "written";
  const isRead = order.pages.some(({ end }) => end?.outcome === "read");
  if (isRead) order.result = { attempt: job.attempt, pages: order.pages.length };
  enter(order, isRead ? "completed" : "failed", isRead ? "completed" : "failed");
  return "last";
}

/** A step's choice is a number. It selects one of the items that exist when the step runs. */
function choose<T>(from: readonly T[], choice: number): T {
  const chosen = from[choice % from.length];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

abstract class Step implements fc.AsyncCommand<Model, undefined> {
  check(_model: Readonly<Model>): boolean {
    return true;
  }
  abstract play(model: Model): Promise<void>;
  abstract toString(): string;
  async run(model: Model): Promise<void> {
    await this.play(model);
    await compare(model);
  }
}

class Accept extends Step {
  readonly options: { user: number; key: string | undefined; fingerprint: string; late: boolean };
  constructor(options: Accept["options"]) {
    super();
    this.options = options;
  }
  async play(model: Model) {
    const { user, key, fingerprint, late } = this.options;
    const order = sampleOrder({ user_id: user });
    const reply = await store.accept(
      order,
      late ? Date.now() - 1 : inTime(),
      key ? { key, fingerprint } : undefined,
    );
    if (late) return expect(reply.outcome).toBe("late");
    const known = key === undefined ? undefined : model.known.get(`${user} ${key}`);
    if (known && model.orders.has(known.id)) {
      const outcome = known.fingerprint === fingerprint ? "known" : "mismatch";
      return expect(reply).toEqual({ outcome, orderId: known.id });
    }
    const id = order.order_id;
    expect(reply).toEqual({ outcome: "accepted", orderId: id });
    if (key) model.known.set(`${user} ${key}`, { id, fingerprint });
    const turn = ++model.sequence;
    model.orders.set(id, {
      ...{ id, userId: user, status: "queued", run: 1, turn, place: turn, failures: 0, suspected: undefined },
      ...{ history: ["queued"], attempts: [], page: undefined, pages: [], result: undefined },
    });
    model.accepted.push({ order_id: id, run: 1 });
    model.outbox.add(jobId(id, 1));
  }
  override toString() {
    return `Accept(${JSON.stringify(this.options)})`;
  }
}

/** A step on one of several items. */
abstract class Choice extends Step {
  readonly choice: number;
  constructor(choice: number) {
    super();
    this.choice = choice;
  }
  override toString() {
    return `${this.constructor.name}(${this.choice})`;
  }
}

async function dispatch(model: Model, job: OrderJob): Promise<void> {
  const dispatcher = new OrderDispatcher(redis, queue, silentLog);
  dispatcher.dispatch(job);
  await dispatcher.close();
  const id = jobId(job.order_id, job.run);
  model.outbox.delete(id);
  if (!isTaken(model, id) && !model.parents.has(id)) model.waiting.add(id);
}

function isTaken(model: Model, id: string): boolean {
  return [...model.hands, ...model.pageHands].some(({ job }) => job.id === id);
}

class Dispatch extends Choice {
  override check(model: Readonly<Model>) {
    return model.outbox.size > 0;
  }
  async play(model: Model) {
    const id = choose([...model.outbox], this.choice);
    const job = model.accepted.find(({ order_id, run }) => jobId(order_id, run) === id);
    if (!job) throw new Error(`${id} was not accepted`);
    await dispatch(model, job);
  }
}

/** Dispatches any run again, including one that has ended. */
class DispatchAgain extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  play(model: Model) {
    return dispatch(model, choose(model.accepted, this.choice));
  }
}

/** A worker takes a job from the queue and claims its order or its page. */
class Take extends Choice {
  override check(model: Readonly<Model>) {
    return model.waiting.size > 0;
  }
  async play(model: Model) {
    const token = randomUUID();
    const job = await worker.getNextJob(token, { block: false });
    if (!job) throw new Error("the queue gives no job out");
    expect(model.waiting.delete(job.id ?? "")).toBe(true);
    const name = `worker-${this.choice}`;
    if (job.name === "page") return takePage(model, { job, token }, name);
    const got = await claim(model, job.data, name);
    if (got.state === "claimed") model.hands.push({ order: got.order, job, token });
    else if (got.state === "suspected" || got.state === "lost") await putBack(model, { job, token });
    else if (got.state === "spread") await spread(model, got.order, { job, token }, got.pending, this.choice);
    else await finishOrderJob(model, { job, token });
  }
}

async function takePage(model: Model, held: HeldJob, name: string): Promise<void> {
  const job = pageJobSchema.parse(held.job.data);
  const got = await attempts.claimPage(job, name, workerLost);
  const found = heldPage(model, job);
  if (!found) expect(got).toEqual({ state: "gone" });
  else if (found.page.end) expect(got).toEqual({ state: "ended" });
  else if (found.page.claim && ++found.page.failures === maxFailures) {
    expect(got).toEqual({ state: "exhausted" });
    endModelPage(model, job, "failed", workerLost);
  } else if (got.state === "claimed") {
    expect(got.page).toMatchObject({ ...job, failures: found.page.failures });
    found.page.claim = got.page.claim;
    model.pageHands.push({ ...held, page: got.page });
    return;
  } else throw new Error(`the page is ${got.state}`);
  await finishPageJob(model, held, job);
}

async function putBack(model: Model, { job, token }: HeldJob): Promise<void> {
  await job.moveToWait(token);
  model.waiting.add(job.id ?? "");
}

/**
 * An order's job queues the jobs of its pages and waits for them. In one case of three its worker dies in
 * between, when some of them are queued. Without jobs to wait for, the order's job comes again.
 */
async function spread(model: Model, order: OrderRecord, held: HeldJob, pages: number[], choice: number) {
  const dies = choice % 3 === 0;
  const jobs = pages.map((page) => pageJob(order, page)).slice(0, dies ? choice % 4 : undefined);
  await addPageJobs(redis, queue, jobs);
  const id = held.job.id ?? "";
  const children = model.children.get(id) ?? new Set();
  model.children.set(id, children);
  for (const child of jobs.map(pageJobId)) {
    children.add(child);
    if (!isTaken(model, child)) model.waiting.add(child);
  }
  if (dies || !(await waitForPages(model, held))) await putBack(model, held);
}

async function waitForPages(model: Model, { job, token }: HeldJob): Promise<boolean> {
  const id = job.id ?? "";
  const waits = await job.moveToWaitingChildren(token);
  expect(waits).toBe((model.children.get(id)?.size ?? 0) > 0);
  if (waits) model.parents.add(id);
  return waits;
}

/** Completes an order's job. If jobs of its pages are left, it is completed after them. */
async function finishOrderJob(model: Model, held: HeldJob): Promise<void> {
  if (!(await waitForPages(model, held))) await held.job.moveToCompleted(undefined, held.token, false);
}

async function finishPageJob(model: Model, { job, token }: HeldJob, page: PageJob): Promise<void> {
  await job.moveToCompleted(undefined, token, false);
  childGone(model, page);
}

function childGone(model: Model, page: PageJob): void {
  const parent = jobId(page.order_id, page.run);
  const children = model.children.get(parent);
  children?.delete(pageJobId(page));
  if (children?.size === 0 && model.parents.delete(parent)) model.waiting.add(parent);
}

/** A worker was delayed between getting a job and claiming. It claims although it no longer holds the job. */
class LateClaim extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  async play(model: Model) {
    const got = await claim(model, choose(model.accepted, this.choice), `late-${this.choice}`);
    if (got.state === "claimed") model.lost.push(got.order);
  }
}

/** A worker reports its presence. */
class Hold extends Choice {
  override check(model: Readonly<Model>) {
    return model.hands.length > 0;
  }
  async play(model: Model) {
    const { order: record } = choose(model.hands, this.choice);
    const order = held(model, record);
    expect(await attempts.hold(record)).toBe(order ? "held" : "lost");
    if (order) order.suspected = undefined;
  }
}

/** A worker dies, or is only considered dead. The queue hands its job out again. */
class Lose extends Choice {
  override check(model: Readonly<Model>) {
    return model.hands.length > 0;
  }
  async play(model: Model) {
    const hand = choose(model.hands, this.choice);
    await putBack(model, hand);
    model.hands.splice(model.hands.indexOf(hand), 1);
    model.lost.push(hand.order);
  }
}

const works = [
  "recognizing",
  ...Array<"recognizing several">(6).fill("recognizing several"),
  "complete",
  "fail",
  "release",
  "release",
  "release",
  "hand back",
] as const;

const pagesOf = (choice: number) => 2 + (choice % 3);

type Writing = { what: (typeof works)[number]; choice: number };

async function write(order: OrderRecord, { what, choice }: Writing): Promise<string> {
  const { order_id, attempt } = order;
  if (what === "recognizing") return attempts.recognizing(order, 1);
  if (what === "recognizing several") return attempts.recognizing(order, pagesOf(choice));
  if (what === "complete") return attempts.complete(order);
  if (what === "fail") return attempts.fail(order_id, attempt, reason);
  if (what === "release") return (await attempts.release(order, "failed", reason)).state;
  return (await attempts.release(order, "handed_back")).state;
}

/** The order to which the attempt may write in this way. */
function writable(model: Model, record: OrderRecord, { what }: Writing): ModelOrder | undefined {
  return what.startsWith("recognizing") ? held(model, record) : heldAlone(model, record);
}

/** Applies a write to the order of the attempt that has it. Returns the reply that the attempt gets. */
function written(model: Model, order: ModelOrder, { what, choice }: Writing): string {
  if (what === "release") return countFailure(model, order, "failed") ? "queued" : "exhausted";
  if (what === "hand back") {
    requeue(model, order, "handed_back");
    return "queued";
  }
  if (what === "recognizing" && order.status === "fetching") enter(order, "recognizing");
  if (what === "recognizing several" && order.status === "fetching") {
    enter(order, "recognizing");
    const unread = () => ({ end: undefined, claim: undefined, failures: 0 });
    order.pages = Array.from({ length: pagesOf(choice) }, unread);
  }
  if (what === "fail") enter(order, "failed", "failed");
  if (what === "complete") {
    order.result = { attempt: order.attempts.length, pages: 1 };
    enter(order, "completed", "completed");
  }
  return "written";
}

/** A worker writes to the order of a job that it holds. The order may have been cancelled or revoked. */
class Work extends Step {
  readonly writing: Writing;
  constructor(writing: Writing) {
    super();
    this.writing = writing;
  }
  override check(model: Readonly<Model>) {
    return model.hands.length > 0;
  }
  async play(model: Model) {
    const hand = choose(model.hands, this.writing.choice);
    const order = writable(model, hand.order, this.writing);
    const reply = await write(hand.order, this.writing);
    expect(reply).toBe(order ? written(model, order, this.writing) : "lost");
    if (order && isRunning(order) && !isSpread(order)) return;
    model.hands.splice(model.hands.indexOf(hand), 1);
    model.lost.push(hand.order);
    if (order && isSpread(order)) return spread(model, hand.order, hand, pending(order), this.writing.choice);
    // A worker that lost the order leaves the job to its next claim.
    if (reply === "queued" || reply === "lost") await putBack(model, hand);
    else await hand.job.moveToCompleted(undefined, hand.token, false);
  }
  override toString() {
    return `${this.constructor.name}(${JSON.stringify(this.writing)})`;
  }
}

/**
 * A worker writes to an order whose job it no longer holds. If nobody has taken that job yet, the worker
 * still has the order.
 */
class LateWork extends Work {
  override check(model: Readonly<Model>) {
    return model.lost.length > 0;
  }
  override async play(model: Model) {
    const record = choose(model.lost, this.writing.choice);
    const order = writable(model, record, this.writing);
    expect(await write(record, this.writing)).toBe(order ? written(model, order, this.writing) : "lost");
  }
}

const pageOutcomes = ["read", "read", "read", "empty", "failed"] as const;

/** A step on one of the pages that workers hold. */
abstract class PageChoice extends Choice {
  override check(model: Readonly<Model>) {
    return model.pageHands.length > 0;
  }
  takeHand(model: Model): PageHand {
    const hand = choose(model.pageHands, this.choice);
    model.pageHands.splice(model.pageHands.indexOf(hand), 1);
    return hand;
  }
}

/** The worker that holds a page ends it. */
class EndPage extends PageChoice {
  async play(model: Model) {
    const hand = this.takeHand(model);
    await endPage(model, hand.page, this.choice);
    await finishPageJob(model, hand, hand.page);
    model.lostPages.push(hand.page);
  }
}

async function endPage(model: Model, page: PageJob, choice: number): Promise<void> {
  const outcome = choose(pageOutcomes, choice);
  const why = outcome === "failed" ? reason : noText;
  const reply = await attempts.endPage(page, "worker", outcome, why);
  expect(reply).toBe(endModelPage(model, page, outcome, why));
}

/** A worker puts a page back, after a fault or because it stops. */
class ReleasePage extends PageChoice {
  async play(model: Model) {
    const hand = this.takeHand(model);
    model.lostPages.push(hand.page);
    const state = await releasePage(model, hand.page, this.choice);
    if (state === "exhausted") await finishPageJob(model, hand, hand.page);
    else await putBack(model, hand);
  }
}

async function releasePage(model: Model, page: ClaimedPage, choice: number): Promise<string> {
  const outcome = choice % 4 === 0 ? "handed_back" : "failed";
  const { state } = await attempts.releasePage(page, outcome, reason);
  const found = heldPage(model, page)?.page;
  if (found?.claim !== page.claim) expect(state).toBe("lost");
  else if (outcome === "failed" && ++found.failures === maxFailures) {
    expect(state).toBe("exhausted");
    endModelPage(model, page, "failed", reason);
  } else {
    expect(state).toBe("queued");
    found.claim = undefined;
  }
  return state;
}

/** A page's worker dies, or is only considered dead. */
class LosePage extends PageChoice {
  async play(model: Model) {
    const hand = this.takeHand(model);
    await putBack(model, hand);
    model.lostPages.push(hand.page);
  }
}

/** A worker writes to a page whose job it no longer holds. */
class LatePageWork extends Choice {
  override check(model: Readonly<Model>) {
    return model.lostPages.length > 0;
  }
  async play(model: Model) {
    const page = choose(model.lostPages, this.choice);
    if (this.choice % 2 === 0) await releasePage(model, page, this.choice);
    else await endPage(model, page, this.choice);
  }
}

/** The queue gives up the job of any run, including one that ended long ago. */
class GiveUp extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  async play(model: Model) {
    const job = choose(model.accepted, this.choice);
    const order = model.orders.get(job.order_id);
    const wanted = order && order.run === job.run && !hasEnded(order.status);
    expect(await attempts.giveUp(job, reason)).toBe(wanted ? "written" : "lost");
    if (wanted) enter(order, "failed", isRunning(order) ? "failed" : undefined);
  }
}

class Cancel extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  async play(model: Model) {
    const { order_id } = choose(model.accepted, this.choice);
    const order = model.orders.get(order_id);
    const { outcome } = await store.cancel(order_id);
    if (!order) return expect(outcome).toBe("gone");
    if (hasEnded(order.status)) return expect(outcome).toBe("ended");
    expect(outcome).toBe("cancelled");
    model.outbox.delete(jobId(order_id, order.run));
    enter(order, "cancelled", isRunning(order) ? "cancelled" : undefined);
    if (this.choice % 2 === 0) await remove(model, { order_id, run: order.run });
  }
}

/**
 * Removes the jobs of a run that no worker holds. The order's job is removed only if no worker holds any of
 * them.
 */
async function remove(model: Model, job: OrderJob): Promise<void> {
  await removeJobs(queue, job);
  const id = jobId(job.order_id, job.run);
  const children = model.children.get(id) ?? new Set();
  const isAnyTaken = [id, ...children].some((one) => isTaken(model, one));
  for (const child of children) {
    if (isTaken(model, child)) continue;
    model.waiting.delete(child);
    children.delete(child);
  }
  if (isAnyTaken) return;
  model.waiting.delete(id);
  model.parents.delete(id);
}

class Retry extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  async play(model: Model) {
    const { order_id } = choose(model.accepted, this.choice);
    const order = model.orders.get(order_id);
    const reply = await store.retry(order_id);
    if (!order) return expect(reply.outcome).toBe("gone");
    if (order.status !== "failed") return expect(reply.outcome).toBe("not_failed");
    Object.assign(order, { run: order.run + 1, turn: ++model.sequence, failures: 0, pages: [] });
    enter(order, "queued");
    expect(reply).toEqual({ outcome: "queued", run: order.run });
    model.accepted.push({ order_id, run: order.run });
    model.outbox.add(jobId(order_id, order.run));
  }
}

class Revoke extends Choice {
  override check(model: Readonly<Model>) {
    return model.orders.size > 0;
  }
  async play(model: Model) {
    const { id, userId, run } = choose([...model.orders.values()], this.choice);
    expect(await store.revoke({ order_id: id, user_id: userId })).toBe(run);
    model.orders.delete(id);
    model.outbox.delete(jobId(id, run));
  }
}

/** An order that ended is kept for the retention and then expires. */
class Expire extends Choice {
  override check(model: Readonly<Model>) {
    return [...model.orders.values()].some(({ status }) => hasEnded(status));
  }
  async play(model: Model) {
    const ended = [...model.orders.values()].filter(({ status }) => hasEnded(status));
    const { id, attempts: made } = choose(ended, this.choice);
    await redis.del([recordKey(id), eventsKey(id), pagesKey(id, made.length)]);
    await redis.zRem(unindexedKey, id);
    model.orders.delete(id);
  }
}

/** Compares everything in Redis with the model. */
async function compare(model: Model): Promise<void> {
  const orders = [...model.orders.values()];
  const waiting = orders.filter(({ status }) => status === "queued").sort((a, b) => a.turn - b.turn);
  const newest = orders.toSorted((a, b) => b.place - a.place);
  const [keys, inOrder, outbox, unindexed, jobs, parents, lists] = await Promise.all([
    redis.keys("order:*"),
    redis.zRange(waitingKey, 0, -1),
    redis.zRange(outboxKey, 0, -1),
    redis.zRange(unindexedKey, 0, -1),
    redis.zRange(queue.toKey("prioritized"), 0, -1),
    redis.zRange(queue.toKey("waiting-children"), 0, -1),
    Promise.all(users.map((user) => store.list(user, 100))),
    ...orders.map((order) => compareOrder(order, waiting.indexOf(order))),
  ]);
  // Orders that were not accepted have no keys. Of the pages, only those of the last attempt have.
  expect(new Set(keys)).toEqual(new Set(orders.flatMap(keysOf)));
  expect(inOrder).toEqual(waiting.map(({ id }) => id));
  expect(new Set(outbox)).toEqual(model.outbox);
  expect(new Set(unindexed)).toEqual(new Set(orders.filter(({ result }) => result).map(({ id }) => id)));
  expect(new Set(jobs)).toEqual(model.waiting);
  expect(new Set(parents)).toEqual(model.parents);
  // After any step, every waiting or spread order still has a job, an outbox entry or a worker.
  const held = [...model.hands, ...model.pageHands].map(({ job }) => job.id);
  const ways = new Set([...outbox, ...jobs, ...held]);
  expect(waiting.filter(({ id, run }) => !ways.has(jobId(id, run)))).toEqual([]);
  const withPages = orders.filter(isSpread).map(({ id, run }) => jobId(id, run));
  expect(withPages.filter((id) => !ways.has(id) && !parents.includes(id))).toEqual([]);
  for (const id of parents) {
    expect([...(model.children.get(id) ?? [])].filter((child) => ways.has(child))).not.toEqual([]);
  }
  const ids = lists.map(({ records }) => records.map(({ order_id }) => order_id));
  expect(ids).toEqual(
    users.map((user) => newest.filter(({ userId }) => userId === user).map(({ id }) => id)),
  );
}

function keysOf({ id, pages, attempts: made }: ModelOrder): string[] {
  const hasBegun = pages.some(({ end, claim, failures }) => end || claim || failures > 0);
  return [recordKey(id), eventsKey(id), ...(hasBegun ? [pagesKey(id, made.length)] : [])];
}

async function compareOrder(order: ModelOrder, place: number): Promise<void> {
  const { id, status, run, turn, failures, page } = order;
  const [snapshot, ...timesToLive] = await Promise.all([
    snapshotOf(redis, id),
    ...keysOf(order).map((key) => redis.ttl(key)),
  ]);
  if (!snapshot) throw new Error(`the order ${id} is not there`);
  const { record, events, ahead } = snapshot;
  const { history, attempts: made } = summarize(events);
  expect(record).toMatchObject({ status, run, turn, failures, attempt: order.attempts.length });
  expect(record.page).toBe(page);
  expect(record.reason_code !== undefined).toBe(status === "failed");
  expect(record.finished_ms !== undefined).toBe(hasEnded(status));
  expect(snapshot.pages).toEqual(order.pages.flatMap(({ end }) => end ?? []));
  expect(record.result_attempt).toBe(order.result?.attempt);
  expect(record.result_pages).toBe(order.result?.pages);
  expect(ahead).toBe(place === -1 ? undefined : place);
  expect(history.map((step) => step.status)).toEqual(order.history);
  expect(made.map(({ attempt, worker, outcome }) => ({ attempt, worker, outcome }))).toEqual(order.attempts);
  for (const { ended_at, outcome } of made) expect(ended_at === null).toBe(outcome === null);
  for (const seconds of timesToLive) expect(seconds > 0).toBe(hasEnded(status));
  checkLife(record, order.history);
}

/** Checks the rules that hold for every order, independent of the model. */
function checkLife(record: OrderRecord, history: OrderStatus[]): void {
  const ends = history.filter(hasEnded);
  expect(ends).toHaveLength(hasEnded(record.status) ? record.run : record.run - 1);
  // Only a failed order can be followed by another run.
  for (const end of history.slice(0, -1).filter(hasEnded)) expect(end).toBe("failed");
  expect(record.failures).toBeLessThanOrEqual(maxFailures);
}

const choice = fc.nat(99);
const accept = fc
  .record({
    user: fc.constantFrom(...users),
    key: fc.constantFrom(undefined, undefined, "k"),
    fingerprint: fc.constantFrom("a", "a", "b"),
    late: fc.constantFrom(false, false, false, true),
  })
  .map((options) => new Accept(options));
const writing = fc.record({ what: fc.constantFrom(...works), choice });
const work = writing.map((options) => new Work(options));
const lateWork = writing.map((options) => new LateWork(options));
const chosen = (Step: new (choice: number) => Choice) => choice.map((number) => new Step(number));
const often = (times: number, step: fc.Arbitrary<Step>) => Array<fc.Arbitrary<Step>>(times).fill(step);
/** The frequencies let orders live long enough to reach the limits of lost and released attempts. */
const steps = [
  ...often(2, accept),
  ...often(5, chosen(Dispatch)),
  ...often(25, chosen(Take)),
  ...often(15, work),
  ...often(10, chosen(Lose)),
  ...often(3, lateWork),
  ...often(2, chosen(Hold)),
  ...often(5, chosen(EndPage)),
  ...often(10, chosen(ReleasePage)),
  ...often(6, chosen(LosePage)),
  ...often(1, chosen(LatePageWork)),
  ...[LateClaim, DispatchAgain, GiveUp, Cancel, Retry, Revoke, Expire].map(chosen),
];

test("after any sequence of steps Redis holds what the rules say", { timeout: 120_000 }, async () => {
  const commands = fc.commands(steps, { maxCommands: 200, size: "max" });
  const property = fc.asyncProperty(commands, async (played) => {
    await redis.flushDb();
    const model = (): Model => ({
      ...{ orders: new Map(), accepted: [], known: new Map(), sequence: 0 },
      ...{ outbox: new Set(), waiting: new Set(), parents: new Set(), children: new Map() },
      ...{ hands: [], pageHands: [], lost: [], lostPages: [] },
    });
    await fc.asyncModelRun(() => ({ model: model(), real: undefined }), played);
  });
  // Shrinking a failed sequence stops early enough to print it with its seed.
  await fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 90_000 });
});
