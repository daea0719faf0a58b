import { randomUUID } from "node:crypto";
import * as keys from "@orbital-witness/common/orders/order-keys.ts";
import { maxFailures } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { type LostLease, type Next, parseItem } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { expect } from "vitest";
import { workerLost } from "../sample-order.ts";
import type { PutBack } from "./order-model.ts";
import type { Choices, Step, World } from "./world.ts";

const hourMs = 3_600_000;

/** A free worker asks what to do, and does it. */
async function take(world: World, choices: Choices): Promise<void> {
  const { queue, model, workers } = world;
  const worker = choices.from(workers);
  const isArchiver = choices.from([false, false, true]);
  const { expired, ended, item } = model.queue.next(worker, isArchiver);
  const next = await queue.next(worker, isArchiver ? "archive" : undefined);
  if (next.do === "collect") {
    expect(expired).toContain(next.lease.name);
    return collect(world, next.lease, choices);
  }
  expect(expired).toEqual([]);
  if (next.do === "archive") {
    expect(next.orders.sort()).toEqual(ended.sort());
    if (choices.from([true, true, true, false])) for (const id of ended) await archive(world, id);
    return;
  }
  expect(ended).toEqual([]);
  if (item === undefined) return expectWait(world, next);
  expect(next).toMatchObject({ do: "claim", item: { item } });
  world.items.push(item);
  const how = choices.from(["once", "once", "once", "once", "race", "repeated", "never"] as const);
  if (how === "never") return;
  const token = randomUUID();
  await claim(world, item, worker, token);
  if (how === "race") await claim(world, item, choices.from(workers), randomUUID());
  if (how === "repeated") await claim(world, item, worker, token);
}

/** The next order to be archived may be due within the longest wait. */
function expectWait({ model }: World, next: Next): void {
  if (next.do !== "wait") throw new Error(`a worker without work is told to ${next.do}`);
  expect(next.ms).toBeLessThanOrEqual(8000);
  expect(next.ms).toBeGreaterThan(model.queue.unarchived.size > 0 ? 0 : 7999);
}

async function archive({ archive, model }: World, id: string): Promise<void> {
  expect(await archive.archive(id)).toBe(model.archive(id));
}

/** Some worker archives an order, or believes that it has to. */
function archiveAny(world: World, choices: Choices): Promise<void> {
  return archive(world, choices.from(world.accepted).order_id);
}

/** The time has come to archive an order, or to do so again. */
async function archiveDue(world: World, choices: Choices): Promise<void> {
  const id = choices.from(unarchived(world));
  await world.redis.zAdd(keys.unarchivedKey, { value: id, score: 1 });
  world.model.queue.unarchived.set(id, "due");
}

async function claim(world: World, name: string, worker: string, token: string): Promise<void> {
  const { attempts, model } = world;
  const { attempt, ...item } = parseItem(name);
  if (attempt !== undefined) return claimPage(world, { ...item, attempt }, worker);
  const got = await attempts.claim(item, worker, token);
  expect(got.state).toBe(model.claim(name, worker, token));
  if (got.state !== "claimed") return;
  const { order_id, run, attempt: started, failures } = got.order;
  const order = model.orders.get(order_id);
  expect({ run, attempt: started, failures }).toEqual({
    ...{ run: order?.run, attempt: order?.attempts.length, failures: order?.failures },
  });
  world.hands.push({ order_id, run, attempt: started, worker, token });
}

async function claimPage(
  world: World,
  item: ReturnType<typeof parseItem> & { attempt: number },
  worker: string,
): Promise<void> {
  const got = await world.attempts.claimPage(item, worker);
  const token = got.state === "claimed" ? got.page.token : "";
  expect(got.state).toBe(world.model.claimPage(item.item, worker, token));
  if (got.state !== "claimed") return;
  expect(got.page.failures).toBe(world.model.page(got.page)?.page.failures);
  world.pageHands.push(got.page);
}

/** A slow worker claims an item that it was told of before. */
function lateClaim(world: World, choices: Choices): Promise<void> {
  return claim(world, choices.from(world.items), choices.from(world.workers), randomUUID());
}

/** The worker that is told that a lease ran out puts the work back, or is too late, or dies before. */
async function collect(world: World, lease: LostLease, choices: Choices): Promise<void> {
  const how = choices.from(["once", "once", "once", "twice", "late", "never"] as const);
  if (how === "never") return;
  if (how === "late") {
    const seenMs = lease.seenMs - 6000;
    expect(await world.attempts.collect({ ...lease, seenMs }, workerLost)).toMatchObject({
      state: "held",
    });
    return;
  }
  await collectOnce(world, lease);
  if (how === "twice") await collectOnce(world, lease);
}

async function collectOnce(world: World, lease: LostLease): Promise<void> {
  const { attempts, model, redis } = world;
  const { page, name: _, seenMs: __, ...of } = lease;
  const started = Date.now();
  const got = await attempts.collect(lease, workerLost);
  const back: PutBack = { outcome: "lost", most: maxFailures, reason: workerLost, delayMs: 1 };
  const queuedMs = model.orders.get(of.order_id)?.queuedMs ?? 0;
  const claimed = { ...of, worker: "", request_id: "", failures: 0, claimed_ms: 0, traceparent: undefined };
  const expected =
    page === undefined
      ? model.release(claimed, back, queuedMs)
      : model.releasePage({ ...claimed, page }, back);
  expect(got.state).toBe(expected);
  expect(got.endsOrder ?? false).toBe(expected === "exhausted" && model.running(of) === undefined);
  if (got.state !== "queued") return;
  const item = [...model.queue.delayed.keys()].at(-1) ?? "";
  const due = Number(await redis.zScore(keys.delayedKey, item));
  const longest = Math.min(1000 * 2 ** (got.failures - 1), 8000);
  expect(due).toBeGreaterThanOrEqual(started + longest / 2);
  expect(due).toBeLessThanOrEqual(Date.now() + longest);
  // From here on it becomes due by a step only.
  await redis.zAdd(keys.delayedKey, { value: item, score: Date.now() + hourMs });
}

/** A worker collects what it was told of long ago, or what is not lost. */
async function collectHeld(world: World, choices: Choices): Promise<void> {
  const hand = choices.from([...world.hands, ...world.pageHands]);
  const { order_id, run, attempt, token } = hand;
  const of = { order_id, run, attempt, token, name: "", seenMs: Date.now() };
  await collectOnce(world, "page" in hand ? { ...of, page: hand.page } : of);
}

/** An idle worker waits, and is woken at once. */
async function wait({ queue, model }: World): Promise<void> {
  await queue.wait(1000);
  model.queue.marker = false;
}

const leases = ({ model }: World) => [...model.queue.leases.keys()];
const waiting = ({ model }: World) => [...model.queue.waiting];
const delayed = ({ model }: World) => [...model.queue.delayed.keys()];
const unarchived = ({ model }: World) => [...model.queue.unarchived.keys()];

/** A worker is not heard of until its lease has run out. */
async function lose(world: World, choices: Choices): Promise<void> {
  const name = choices.from(leases(world));
  await world.redis.zAdd(keys.leasesKey, { value: name, score: 1 });
  world.model.queue.leases.set(name, "expired");
}

/** Half of a lease has passed. */
async function wane(world: World, choices: Choices): Promise<void> {
  const name = choices.from(leases(world));
  await world.redis.zAdd(keys.leasesKey, { value: name, score: Date.now() + world.leaseMs / 2 });
  world.model.queue.leases.set(name, "waning");
}

/** The time of a delayed item has come. */
async function comeDue(world: World, choices: Choices): Promise<void> {
  const item = choices.from(delayed(world));
  await world.redis.zAdd(keys.delayedKey, { value: item, score: 1 });
  world.model.queue.delayed.set(item, "due");
}

/** Redis was away for longer than a lease, or all workers were. The next of them takes work. */
async function away(world: World, choices: Choices): Promise<void> {
  const { redis, model, leaseMs } = world;
  const { queue } = model;
  const [state, parts] = choices.from([
    ["away", 0.6],
    ["gone", 1.5],
  ] as const);
  const score = Date.now() - parts * leaseMs;
  for (const name of queue.leases.keys()) {
    queue.leases.set(name, "expired");
    await redis.zAdd(keys.leasesKey, { value: name, score: 1 });
  }
  for (const value of queue.workers.keys()) {
    queue.workers.set(value, state);
    await redis.zAdd(keys.workersKey, { value, score });
  }
  if (choices.from([true, false])) await take(world, choices);
}

/** A worker puts aside an item that it cannot claim, or a lease that it cannot collect. */
async function postpone(world: World, choices: Choices): Promise<void> {
  const { queue, model } = world;
  const what = choices.from(["item", "lease"] as const);
  const names = what === "item" ? [...waiting(world), ...world.items] : leases(world);
  if (names.length === 0) return;
  const name = choices.from(names);
  await queue.postpone(what, name, 60_000);
  if (what === "item") model.queue.postpone(name);
  else model.queue.leases.set(name, "waning");
}

/** A worker stops. */
async function absent({ attempts, workers, model }: World, choices: Choices): Promise<void> {
  const worker = choices.from(workers);
  await attempts.absent(worker);
  model.queue.workers.delete(worker);
}

const hasWork = ({ model: { queue } }: World) =>
  [...queue.unarchived.values()].includes("due") ||
  queue.waiting.size > 0 ||
  [...queue.leases.values()].includes("expired") ||
  [...queue.delayed.values()].includes("due");
const hasLeases = (world: World) => leases(world).length > 0;

export const queueSteps = {
  take: { can: hasWork, play: take },
  idle: { play: take },
  lateClaim: { can: ({ items }: World) => items.length > 0, play: lateClaim },
  collectHeld: { can: ({ hands }: World) => hands.length > 0, play: collectHeld },
  wait: { can: ({ model }: World) => model.queue.marker, play: wait },
  lose: { can: hasLeases, play: lose },
  wane: { can: hasLeases, play: wane },
  comeDue: { can: (world: World) => delayed(world).length > 0, play: comeDue },
  away: { play: away },
  archiveAny: { can: ({ accepted }: World) => accepted.length > 0, play: archiveAny },
  archiveDue: { can: (world: World) => unarchived(world).length > 0, play: archiveDue },
  postpone: { can: (world: World) => waiting(world).length > 0, play: postpone },
  absent: { play: absent },
} satisfies Record<string, Step>;
