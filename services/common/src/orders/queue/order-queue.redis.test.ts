import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { redisUrlAs } from "../../../../../tests/redis/redis-container.ts";
import { orderServices, redisDatabase, silentLog } from "../../../../../tests/redis/redis-database.ts";
import {
  accepted,
  claimed,
  claimedPages,
  inQueue,
  sampleOrder,
} from "../../../../../tests/redis/sample-order.ts";
import { closeRedis, openRedis } from "../../redis/redis-connection.ts";
import { delayedKey, leasesKey, markerKey, recordKey, waitingKey } from "../order-keys.ts";
import { attemptName, defaultLeaseMs, OrderQueue, parseItem, type QueueItem } from "./order-queue.ts";

const services = orderServices();
const { redis, ofWorker, queue, store, attempts } = services;
const reason = { code: "source_unavailable", message: "busy" };
/** Longer than any of these tests may wait. */
const longMs = 8000;
beforeEach(() => redis.flushDb());

/** Three idle workers, each with its own connection to wait with. */
const connections = Array.from({ length: 3 }, () =>
  openRedis(redisUrlAs("ocr-worker", redisDatabase()), silentLog, "wait"),
);
const queues = connections.map((blocking) => new OrderQueue(ofWorker, blocking));
beforeAll(() => Promise.all(connections.map((connection) => connection.ping())));
afterAll(() => Promise.all(connections.map(closeRedis)));

async function nextItem(): Promise<QueueItem> {
  const next = await queue.next("worker-1", "archive");
  if (next.do !== "claim") throw new Error(`no item to claim: ${next.do}`);
  return next.item;
}

/**
 * A worker takes what the queue gives it, until it is told to wait. Each document has as many pages as
 * `pages` says, or one. @returns the order of each page, in the order in which the pages were handed out
 */
async function servedPages(pages: Record<string, number> = {}): Promise<string[]> {
  const served: string[] = [];
  for (
    let next = await queue.next("w", "archive");
    next.do === "claim";
    next = await queue.next("w", "archive")
  ) {
    const { attempt, order_id } = next.item;
    if (attempt === undefined) {
      const claim = await attempts.claim(next.item, "w");
      if (claim.state !== "claimed") throw new Error(claim.state);
      const count = pages[order_id] ?? 1;
      await attempts.recognizing(claim.order, count);
      if (count > 1) continue;
      await attempts.complete(claim.order);
    } else {
      const claim = await attempts.claimPage({ ...next.item, attempt }, "w");
      if (claim.state !== "claimed") throw new Error(claim.state);
      await attempts.endPage(claim.page, "read");
    }
    served.push(order_id);
  }
  return served;
}

/** Accepted orders of one user. */
async function orders(count: number, { user_id } = sampleOrder()): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await accepted(store, { user_id })).order_id);
  return ids;
}

/** For each order in `served`, the index of the user whose order it is. */
const usersOf = (served: string[], ...users: string[][]) =>
  served.map((id) => users.findIndex((ids) => ids.includes(id)));

test("the users are served in turn, and each user's orders of one page in the order they came", async () => {
  const many = await orders(5);
  const few = await orders(2);
  const served = await servedPages();
  expect(usersOf(served, many, few).slice(0, 4).sort()).toEqual([0, 0, 1, 1]);
  expect(usersOf(served, many, few).slice(0, 2).sort()).toEqual([0, 1]);
  expect(served.filter((id) => many.includes(id))).toEqual(many);
  expect(served.filter((id) => few.includes(id))).toEqual(few);
});

test("the turns are counted in pages, however many documents they belong to", async () => {
  const [long = ""] = await orders(1);
  const short = await orders(4);
  const served = await servedPages({ [long]: 6 });
  const first = usersOf(served, [long], short).slice(0, 8);
  for (let count = 2; count <= first.length; count += 2) {
    const pagesOfLong = first.slice(0, count).filter((user) => user === 0).length;
    expect(Math.abs(pagesOfLong - count / 2)).toBeLessThanOrEqual(1);
  }
});

test("a user that joins shares from then on, without a claim to the pages of the time before", async () => {
  const early = await orders(6);
  for (let served = 0; served < 3; served++) await claimed(services, (await nextItem()).order_id);
  const late = await orders(3);
  const users = usersOf(await servedPages(), early, late);
  for (const count of [2, 4, 6]) {
    expect(users.slice(0, count).filter((user) => user === 1)).toHaveLength(count / 2);
  }
});

test("a user that comes back while others wait does not gain by having been away", async () => {
  const user = sampleOrder({ user_id: 1 });
  const once = await orders(1, user);
  const others = await orders(3, sampleOrder({ user_id: 2 }));
  expect(once).toEqual([(await claimed(services, (await nextItem()).order_id)).order_id]);
  const back = await orders(2, user);
  expect(usersOf(await servedPages(), back, others)).toEqual([1, 0, 1, 0, 1]);
});

test("of one user's documents, the one with the fewest pages left goes first", async () => {
  const [long = "", middle = "", short = ""] = await orders(3);
  const served = await servedPages({ [long]: 4, [middle]: 2 });
  expect(served).toEqual([short, middle, middle, long, long, long, long]);
});

test("a document that has waited long enough goes before later ones with fewer pages", async () => {
  const [long = "", middle = ""] = await orders(2);
  await redis.hSet(recordKey(long), "queued_ms", Date.now() - 24 * 3_600_000);
  const served = await servedPages({ [long]: 4, [middle]: 2 });
  expect(served).toEqual([long, long, long, long, middle, middle]);
});

test("an order that was put behind its user's others is served after them", async () => {
  const [first = "", second = "", third = ""] = await orders(3);
  const order = await claimed(services, first);
  await attempts.release(order, "failed", reason, { last: true, delayMs: 0 });
  expect(await servedPages()).toEqual([second, third, first]);
});

test("what is delayed comes when it is due, and not before", async () => {
  const [delayed = ""] = await orders(1);
  const delayMs = 600;
  await attempts.release(await claimed(services, delayed), "failed", reason, { delayMs });
  const due = (await redis.zRangeWithScores(delayedKey, 0, -1))[0]?.score ?? Number.NaN;
  const next = await queue.next("worker-1", "archive");
  expect(next).toMatchObject({ do: "wait" });
  if (next.do === "wait") expect(next.ms).toBeLessThanOrEqual(delayMs);
  const [other = ""] = await orders(1);
  expect(await servedPages()).toEqual([other]);
  let found = await queue.next("worker-1", "archive");
  while (found.do === "wait") {
    await queue.wait(found.ms);
    found = await queue.next("worker-1", "archive");
  }
  expect(Date.now()).toBeGreaterThanOrEqual(due);
  expect(found).toMatchObject({ do: "claim", item: { order_id: delayed } });
});

test("a waiting worker learns of an earlier due time", async () => {
  const [delayed = ""] = await orders(1);
  const order = await claimed(services, delayed);
  await redis.del([leasesKey, markerKey]);
  const woken = queue.wait(longMs).then(() => "woken");
  await attempts.release(order, "failed", reason, { delayMs: 200 });
  expect(await Promise.race([woken, pause(longMs / 2, "late")])).toBe("woken");
});

test("an idle worker waits at most for a third of a lease, and for the end of the next lease", async () => {
  expect(await queue.next("worker-1", "archive")).toEqual({ do: "wait", ms: Math.floor(defaultLeaseMs / 3) });
  const [running = ""] = await orders(1);
  const name = attemptName(await claimed(services, running));
  await redis.zAdd(leasesKey, { score: Date.now() + 1000, value: name });
  const next = await queue.next("worker-1", "archive");
  expect(next.do).toBe("wait");
  if (next.do === "wait") expect(next.ms).toBeLessThanOrEqual(1000);
});

test("a lease that ran out comes before what waits, as the lease of its order or page", async () => {
  const [running = "", spread = ""] = await orders(3);
  const order = await claimed(services, running);
  const document = await claimed(services, spread);
  await attempts.recognizing(document, 2);
  const page = (await claimedPages(services, spread, ["worker-1"]))(1);
  const leases = [attemptName(order), `${attemptName(document)}.1.${page.token}`];
  await redis.zAdd(
    leasesKey,
    leases.map((value, index) => ({ score: 1 + index, value })),
  );
  const first = await queue.next("worker-2", "archive");
  expect(first).toMatchObject({ do: "collect", lease: { order_id: running, run: 1, attempt: 1 } });
  if (first.do === "collect") await queue.postpone("lease", first.lease.name, 60_000);
  const second = await queue.next("worker-2", "archive");
  const lease = { order_id: spread, run: 1, attempt: 1, page: 1, token: page.token };
  expect(second).toMatchObject({ do: "collect", lease });
  if (second.do === "collect") await queue.postpone("lease", second.lease.name, 60_000);
  expect(await queue.next("worker-2", "archive")).toMatchObject({ do: "claim" });
});

test("an item that is put aside lets others go first, and comes again", async () => {
  const [broken = "", other = ""] = await orders(2);
  const { item } = await nextItem();
  await queue.postpone("item", item, 60_000);
  expect(await servedPages()).toEqual([other]);
  await redis.zAdd(delayedKey, { score: 1, value: item });
  expect(await servedPages()).toEqual([broken]);
  // Neither an item that somebody claimed nor a lease that ended comes again.
  await queue.postpone("item", item, 1);
  await queue.postpone("lease", `${broken}.1.1`, 1);
  expect(await inQueue(redis, broken)).toEqual([]);
});

test("a waiting worker is woken when an order is accepted", async () => {
  expect((await queue.next("worker-1", "archive")).do).toBe("wait");
  const woken = queue.wait(longMs).then(() => "woken");
  const [accepted = ""] = await orders(1);
  expect(await Promise.race([woken, pause(longMs / 2, "late")])).toBe("woken");
  expect(await nextItem()).toMatchObject({ order_id: accepted });
});

test("an order that is accepted between a worker's look and its wait ends the wait", async () => {
  expect((await queue.next("worker-1", "archive")).do).toBe("wait");
  await orders(1);
  const woken = queue.wait(longMs).then(() => "woken");
  expect(await Promise.race([woken, pause(longMs / 2, "late")])).toBe("woken");
});

test("a worker that stops while it waits lets another one take the order", async () => {
  const stopping = new AbortController();
  const [stops, stays] = queues;
  const stopped = stops?.wait(longMs, stopping.signal);
  await areWaiting(1);
  const woken = stays?.wait(longMs).then(() => "woken");
  await areWaiting(2);
  stopping.abort();
  await orders(1);
  await stopped;
  expect(await Promise.race([woken, pause(longMs / 2, "late")])).toBe("woken");
});

/** Waits for work as a worker does, and claims it. @returns the order */
async function idleWorker(own: OrderQueue, name: string): Promise<string> {
  for (;;) {
    const next = await own.next(name);
    if (next.do === "wait") await own.wait(longMs);
    if (next.do !== "claim") continue;
    const claim = await attempts.claim(next.item, name);
    if (claim.state === "claimed") return claim.order.order_id;
  }
}

/** Resolves once this many connections wait for work in this database. */
async function areWaiting(count: number): Promise<void> {
  const database = Number(new URL(redisDatabase()).pathname.slice(1));
  const blocked = async () =>
    (await redis.clientList()).filter(({ flags, db }) => flags.includes("b") && db === database).length;
  await expect.poll(blocked).toBe(count);
}

test("three idle workers get the three orders that are accepted at once", async () => {
  const working = Promise.all(queues.map((own, index) => idleWorker(own, `worker-${index}`)));
  await areWaiting(3);
  const placed = await Promise.all([1, 2, 3].map(async () => (await accepted(store)).order_id));
  const got = await Promise.race([working, pause(longMs / 2, ["late"])]);
  expect(got.sort()).toEqual(placed.sort());
});

test("so they do if the orders are accepted between their look and their wait", async () => {
  for (const own of queues) expect((await own.next("w")).do).toBe("wait");
  const placed = await orders(3);
  const working = Promise.all(
    queues.map((own, index) => own.wait(longMs).then(() => idleWorker(own, `worker-${index}`))),
  );
  const got = await Promise.race([working, pause(longMs / 2, ["late"])]);
  expect(got.sort()).toEqual(placed.sort());
});

test("the workers that wait get the pages of a document as soon as their number is known", async () => {
  const [document = ""] = await orders(1);
  const order = await claimed(services, document);
  await redis.del(markerKey);
  const page = async (own: OrderQueue, index: number) => {
    for (;;) {
      const next = await own.next(`worker-${index}`);
      if (next.do === "wait") await own.wait(longMs);
      if (next.do !== "claim" || next.item.attempt === undefined) continue;
      const { attempt, ...item } = next.item;
      const claim = await attempts.claimPage({ ...item, attempt }, `worker-${index}`);
      if (claim.state === "claimed") return claim.page.page;
    }
  };
  const working = Promise.all(queues.map(page));
  await areWaiting(3);
  await attempts.recognizing(order, 3);
  const got = await Promise.race([working, pause(longMs / 2, ["late"])]);
  expect(got.sort()).toEqual([1, 2, 3]);
});

test("what two workers are told to claim at once, one of them claims", async () => {
  await orders(2);
  const [first, second] = await Promise.all([
    queue.next("worker-1", "archive"),
    queue.next("worker-2", "archive"),
  ]);
  expect(first).toEqual(second);
  if (first.do !== "claim") throw new Error(`no item to claim: ${first.do}`);
  const { item } = first;
  const claims = await Promise.all(["worker-1", "worker-2"].map((name) => attempts.claim(item, name)));
  expect(claims.map(({ state }) => state).sort()).toEqual(["claimed", "taken"]);
  expect((await nextItem()).order_id).not.toBe(item.order_id);
});

test("the items of a user do not mix with those of a user whose number begins with theirs", async () => {
  const one = await orders(2, sampleOrder({ user_id: 1 }));
  const ten = await orders(2, sampleOrder({ user_id: 10 }));
  const served = await servedPages();
  expect(usersOf(served, one, ten)).toEqual([0, 1, 0, 1]);
});

test("an item names its order, run, attempt and page", () => {
  const { order_id } = sampleOrder();
  const item = (name: string) => `7:0001764217168000:000000000012:${name}`;
  const ref = { order_id, run: 2 };
  expect(parseItem(item(`${order_id}.2`))).toEqual({ item: item(`${order_id}.2`), ...ref });
  const page = item(`${order_id}.2.3.4`);
  expect(parseItem(page)).toEqual({ item: page, ...ref, attempt: 3, page: 4 });
  expect(() => parseItem(item("x.1"))).toThrow();
});

test.each([
  ["item", "0000000000001:000000000001:nonsense"],
  ["lease", "nonsense"],
  ["lease", "00000000-0000-4000-8000-000000000000.1.1.4"],
  ["lease", "00000000-0000-4000-8000-000000000000.01.1"],
] as const)("an %s that no version wrote is removed, and orders are served: %s", async (what, name) => {
  const [id = ""] = await orders(1);
  const [user] = (await nextItem()).item.split(":");
  const member = what === "item" ? `${user}:${name}` : name;
  await redis.zAdd(what === "item" ? waitingKey : leasesKey, { score: 0, value: member });
  await expect(queue.next("worker-1", "archive")).rejects.toThrow(`not an order's: ${member}`);
  expect((await nextItem()).order_id).toBe(id);
  expect(await redis.zCard(leasesKey)).toBe(0);
  expect(await redis.zCard(waitingKey)).toBe(1);
});
