import { randomUUID } from "node:crypto";
import { type Job, Worker } from "bullmq";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { orderServices, silentLog } from "../../../../tests/redis/redis-database.ts";
import { inTime, letSuspicionStand, sampleOrder, workerLost } from "../../../../tests/redis/sample-order.ts";
import { hasEnded, type OrderRecord, type OrderStatus } from "./order.ts";
import { type Claim, maxFailures } from "./order-attempts.ts";
import { OrderDispatcher } from "./order-dispatcher.ts";
import { type AttemptOutcome, summarize } from "./order-events.ts";
import { eventsKey, outboxKey, recordKey, textKey, waitingKey } from "./order-keys.ts";
import { jobId, type OrderJob, orderQueueName } from "./order-queue.ts";

/**
 * The queue's rules, written down a second time as simply as they can be, and played against the real ones in any
 * order of steps. After each step all that Redis holds must be what the model says.
 */

const { redis, queue, store, attempts } = orderServices();
const worker = new Worker<OrderJob>(orderQueueName, null, {
  connection: redis,
  autorun: false,
  skipVersionCheck: true,
});
afterAll(() => worker.close());

const users = [1, 2];
const reason = { code: "source_unavailable", message: "busy" };

type ModelAttempt = { attempt: number; worker: string; outcome: AttemptOutcome | null };

/** An order that is there. */
type ModelOrder = {
  id: string;
  userId: number;
  status: OrderStatus;
  run: number;
  turn: number;
  /** The attempt that is suspected of having lost its worker. */
  suspected: number | undefined;
  /** Under which it was accepted, where `turn` is that of its last retry. */
  place: number;
  failures: number;
  history: OrderStatus[];
  attempts: ModelAttempt[];
  page: number | undefined;
  text: string | undefined;
};

/** What a worker has in hand: the order as it claimed it, and the queue's job. */
type Hand = { order: OrderRecord; job: Job<OrderJob>; token: string };

type Model = {
  orders: Map<string, ModelOrder>;
  /** Every run that was ever accepted, of orders that are gone too. */
  accepted: OrderJob[];
  known: Map<string, { id: string; fingerprint: string }>;
  sequence: number;
  outbox: Set<string>;
  /** Ids of the jobs that wait in the queue. */
  waiting: Set<string>;
  hands: Hand[];
  /** What workers have lost, or are done with, and may still write to. */
  lost: OrderRecord[];
};

const isRunning = ({ status }: ModelOrder) => status === "fetching" || status === "recognizing";

function enter(order: ModelOrder, status: OrderStatus, outcome?: AttemptOutcome): void {
  const last = order.attempts.at(-1);
  if (outcome && last) last.outcome = outcome;
  order.status = status;
  order.history.push(status);
  order.page = status === "recognizing" ? 0 : undefined;
}

/** It waits again, with an entry in the outbox for the case that its job is gone. */
function requeue(model: Model, order: ModelOrder, outcome: AttemptOutcome): void {
  enter(order, "queued", outcome);
  model.outbox.add(jobId(order.id, order.run));
}

/** A failure that counts. Returns whether the order may go on. */
function countFailure(model: Model, order: ModelOrder, outcome: AttemptOutcome): boolean {
  order.failures++;
  const goesOn = order.failures < maxFailures;
  if (goesOn) requeue(model, order, outcome);
  else enter(order, "failed", outcome);
  return goesOn;
}

/** Claims the run, and says what came of it. A suspicion has stood long enough as soon as there is one. */
async function claim(model: Model, job: OrderJob, name: string): Promise<Claim> {
  const got = await attempts.claim(job, name, workerLost);
  const order = model.orders.get(job.order_id);
  if (!order || order.run !== job.run) expect(got).toEqual({ state: "gone" });
  else if (hasEnded(order.status)) expect(got).toEqual({ state: "ended" });
  else if (order.status === "queued") {
    enter(order, "fetching");
    const attempt = order.attempts.length + 1;
    order.attempts.push({ attempt, worker: name, outcome: null });
    expect(got).toMatchObject({ state: "claimed", order: { attempt, order_id: order.id } });
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

/** The order that the attempt has, if it still has it. */
function held(model: Model, { order_id, attempt }: OrderRecord): ModelOrder | undefined {
  const order = model.orders.get(order_id);
  return order && isRunning(order) && order.attempts.at(-1)?.attempt === attempt ? order : undefined;
}

/** The steps' choices are numbers: which of what there is at that time. */
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
      ...{ history: ["queued"], attempts: [], page: undefined, text: undefined },
    });
    model.accepted.push({ order_id: id, run: 1 });
    model.outbox.add(jobId(id, 1));
  }
  override toString() {
    return `Accept(${JSON.stringify(this.options)})`;
  }
}

/** A step on one of something. */
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
  if (!model.hands.some((hand) => hand.job.id === id)) model.waiting.add(id);
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

/** Of whichever run, over or not. */
class DispatchAgain extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  play(model: Model) {
    return dispatch(model, choose(model.accepted, this.choice));
  }
}

/** A worker takes a job from the queue and claims its order. */
class Take extends Choice {
  override check(model: Readonly<Model>) {
    return model.waiting.size > 0;
  }
  async play(model: Model) {
    const token = randomUUID();
    const job = await worker.getNextJob(token, { block: false });
    if (!job) throw new Error("the queue gives no job out");
    expect(model.waiting.delete(job.id ?? "")).toBe(true);
    const got = await claim(model, job.data, `worker-${this.choice}`);
    if (got.state === "claimed") model.hands.push({ order: got.order, job, token });
    else if (got.state === "suspected" || got.state === "lost") await putBack(model, job, token);
    else await job.moveToCompleted(undefined, token, false);
  }
}

async function putBack(model: Model, job: Job<OrderJob>, token: string): Promise<void> {
  await job.moveToWait(token);
  model.waiting.add(job.id ?? "");
}

/** A worker was held up between its job and its claim: it claims what it has no job for any more. */
class LateClaim extends Choice {
  override check(model: Readonly<Model>) {
    return model.accepted.length > 0;
  }
  async play(model: Model) {
    const got = await claim(model, choose(model.accepted, this.choice), `late-${this.choice}`);
    if (got.state === "claimed") model.lost.push(got.order);
  }
}

/** A worker says that it is there. */
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

/** Its worker dies, or is only taken for dead: the queue gives the job out again. */
class Lose extends Choice {
  override check(model: Readonly<Model>) {
    return model.hands.length > 0;
  }
  async play(model: Model) {
    const hand = choose(model.hands, this.choice);
    await putBack(model, hand.job, hand.token);
    model.hands.splice(model.hands.indexOf(hand), 1);
    model.lost.push(hand.order);
  }
}

const works = [
  "recognizing",
  "progress",
  "complete",
  "fail",
  "release",
  "release",
  "release",
  "hand back",
] as const;

type Writing = { what: (typeof works)[number]; choice: number };

async function write(order: OrderRecord, { what, choice }: Writing): Promise<string> {
  const { order_id, attempt } = order;
  if (what === "recognizing") return attempts.recognizing(order, 9);
  if (what === "progress") return attempts.progress(order, choice, 9);
  if (what === "complete") return attempts.complete(order, `${order_id} ${attempt}`);
  if (what === "fail") return attempts.fail(order_id, attempt, reason);
  if (what === "release") return (await attempts.release(order, "failed", reason)).state;
  return (await attempts.release(order, "handed_back")).state;
}

/** What becomes of the order of the attempt that has it. Returns what the attempt is told. */
function written(model: Model, order: ModelOrder, { what, choice }: Writing): string {
  if (what === "release") return countFailure(model, order, "failed") ? "queued" : "exhausted";
  if (what === "hand back") {
    requeue(model, order, "handed_back");
    return "queued";
  }
  if (what === "recognizing") enter(order, "recognizing");
  if (what === "progress") order.page = choice;
  if (what === "fail") enter(order, "failed", "failed");
  if (what === "complete") {
    order.text = `${order.id} ${order.attempts.length}`;
    enter(order, "completed", "completed");
  }
  return "written";
}

/** A worker writes to the order of the job that it has; the order may have been cancelled or revoked. */
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
    const order = held(model, hand.order);
    const told = await write(hand.order, this.writing);
    expect(told).toBe(order ? written(model, order, this.writing) : "lost");
    if (order && isRunning(order)) return;
    model.hands.splice(model.hands.indexOf(hand), 1);
    model.lost.push(hand.order);
    // Whoever lost the order leaves the job to its next claim.
    if (told === "queued" || told === "lost") await putBack(model, hand.job, hand.token);
    else await hand.job.moveToCompleted(undefined, hand.token, false);
  }
  override toString() {
    return `${this.constructor.name}(${JSON.stringify(this.writing)})`;
  }
}

/** A worker writes to an order whose job it has no longer. Where nobody has taken that job yet, the order is still its own. */
class LateWork extends Work {
  override check(model: Readonly<Model>) {
    return model.lost.length > 0;
  }
  override async play(model: Model) {
    const record = choose(model.lost, this.writing.choice);
    const order = held(model, record);
    expect(await write(record, this.writing)).toBe(order ? written(model, order, this.writing) : "lost");
  }
}

/** The queue gives up the job of a run, of one long over too. */
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
  }
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
    Object.assign(order, { run: order.run + 1, turn: ++model.sequence, failures: 0 });
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

/** What ended is kept for so long, and then goes. */
class Expire extends Choice {
  override check(model: Readonly<Model>) {
    return [...model.orders.values()].some(({ status }) => hasEnded(status));
  }
  async play(model: Model) {
    const ended = [...model.orders.values()].filter(({ status }) => hasEnded(status));
    const { id, attempts: made } = choose(ended, this.choice);
    await redis.del([recordKey(id), eventsKey(id), textKey(id, made.length)]);
    model.orders.delete(id);
  }
}

/** All that Redis holds against all that the model says. */
async function compare(model: Model): Promise<void> {
  const orders = [...model.orders.values()];
  const waiting = orders.filter(({ status }) => status === "queued").sort((a, b) => a.turn - b.turn);
  const newest = orders.toSorted((a, b) => b.place - a.place);
  const [keys, inOrder, outbox, jobs, lists] = await Promise.all([
    redis.keys("order:*"),
    redis.zRange(waitingKey, 0, -1),
    redis.zRange(outboxKey, 0, -1),
    redis.lRange(`bull:${orderQueueName}:wait`, 0, -1),
    Promise.all(users.map((user) => store.list(user, 100))),
    ...orders.map((order) => compareOrder(order, waiting.indexOf(order))),
  ]);
  // Nothing that was not accepted, and no text but that of the attempt that had the order.
  expect(new Set(keys)).toEqual(new Set(orders.flatMap(keysOf)));
  expect(inOrder).toEqual(waiting.map(({ id }) => id));
  expect(new Set(outbox)).toEqual(model.outbox);
  expect(new Set(jobs)).toEqual(model.waiting);
  // Whatever happened, there is something that brings each waiting order to a worker.
  const ways = new Set([...outbox, ...jobs, ...model.hands.map(({ job }) => job.id)]);
  expect(waiting.filter(({ id, run }) => !ways.has(jobId(id, run)))).toEqual([]);
  const ids = lists.map(({ records }) => records.map(({ order_id }) => order_id));
  expect(ids).toEqual(
    users.map((user) => newest.filter(({ userId }) => userId === user).map(({ id }) => id)),
  );
}

function keysOf({ id, text, attempts: made }: ModelOrder): string[] {
  return [recordKey(id), eventsKey(id), ...(text === undefined ? [] : [textKey(id, made.length)])];
}

async function compareOrder(order: ModelOrder, place: number): Promise<void> {
  const { id, status, run, turn, failures, page } = order;
  const [snapshot, ...timesToLive] = await Promise.all([
    store.snapshot(id),
    ...keysOf(order).map((key) => redis.ttl(key)),
  ]);
  if (!snapshot) throw new Error(`the order ${id} is not there`);
  const { record, events, ahead } = snapshot;
  const { history, attempts: made } = summarize(events);
  expect(record).toMatchObject({ status, run, turn, failures, attempt: order.attempts.length });
  expect(record.page).toBe(page);
  expect(record.reason_code !== undefined).toBe(status === "failed");
  expect(record.finished_ms !== undefined).toBe(hasEnded(status));
  expect(await store.text(record)).toBe(order.text);
  expect(ahead).toBe(place === -1 ? undefined : place);
  expect(history.map((step) => step.status)).toEqual(order.history);
  expect(made.map(({ attempt, worker, outcome }) => ({ attempt, worker, outcome }))).toEqual(order.attempts);
  for (const { ended_at, outcome } of made) expect(ended_at === null).toBe(outcome === null);
  for (const seconds of timesToLive) expect(seconds > 0).toBe(hasEnded(status));
  checkLife(record, order.history);
}

/** What holds of every order, whatever the model says. */
function checkLife(record: OrderRecord, history: OrderStatus[]): void {
  const ends = history.filter(hasEnded);
  expect(ends).toHaveLength(hasEnded(record.status) ? record.run : record.run - 1);
  // Only a failed order is ever followed by anything.
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
/** Each as often as it takes for orders to live long enough to be lost and released too often. */
const steps = [
  ...often(2, accept),
  ...often(5, chosen(Dispatch)),
  ...often(15, chosen(Take)),
  ...often(10, work),
  ...often(10, chosen(Lose)),
  ...often(3, lateWork),
  ...often(2, chosen(Hold)),
  ...[LateClaim, DispatchAgain, GiveUp, Cancel, Retry, Revoke, Expire].map(chosen),
];

test("in any order of steps Redis holds what the rules say", { timeout: 120_000 }, async () => {
  const commands = fc.commands(steps, { maxCommands: 200, size: "max" });
  const property = fc.asyncProperty(commands, async (played) => {
    await redis.flushDb();
    const model = (): Model => ({
      ...{ orders: new Map(), accepted: [], known: new Map(), sequence: 0 },
      ...{ outbox: new Set(), waiting: new Set(), hands: [], lost: [] },
    });
    await fc.asyncModelRun(() => ({ model: model(), real: undefined }), played);
  });
  // Shrinking a failure stops in time to print it, with its seed.
  await fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 90_000 });
});
