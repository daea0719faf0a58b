import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RedisConnection } from "../../redis/redis-connection.ts";
import { orderIdSchema } from "../order.ts";
import { leasesKey, markerKey, queueKeys, recordKey, unarchivedKey, waitingKey } from "../order-keys.ts";
import { steps } from "../order-scripts.ts";

/**
 * How long a worker that is not heard of keeps its work, in ms. A worker that lost its connection has time to
 * return. One that is gone delays its order or page by this time.
 */
export const defaultLeaseMs = 20_000;
/**
 * The longest time for which an idle worker waits, in ms. Redis considers itself to have been away if no
 * worker came for half a lease, so this must be shorter.
 */
const longestWaitMs = 8000;

/** When an order is archived again if its worker did not report that it did so, in ms. */
const archiveAgainMs = 60_000;
/** How many orders a worker archives before it takes the next page. */
const archiveAtOnce = 20;

/** How long a member of the queue is put aside that cannot be served, in ms. */
const postponeMs = 60_000;

const count = z.coerce.number().int().positive();
const nameSchema = z
  .tuple([orderIdSchema, count, count.optional(), count.optional(), z.string().optional()])
  .transform(([order_id, run, attempt, page, token]) => ({ order_id, run, attempt, page, token }));

/** One run of an order. */
export type OrderRun = { order_id: string; run: number };
/** One attempt at an order. */
export type AttemptRef = OrderRun & { attempt: number };

/**
 * What waits in the queue. Without `attempt`: an order that waits for a worker. With `attempt`: the pages of
 * its document that no worker has taken yet. With `page` too: one page (from 1) that comes again.
 */
export type QueueItem = OrderRun & {
  item: string;
  attempt?: number | undefined;
  page?: number | undefined;
};

/** A lease that ran out at `seenMs`, by Redis's clock, or one of the caller's own; `seenMs` is then 0. */
export type LostLease = AttemptRef & {
  name: string;
  seenMs: number;
  page?: number | undefined;
  token: string;
};

/** A lease of the caller that runs out at `endMs`, by Redis's clock. */
export type OwnLease = LostLease & { endMs: number };

/** What a free worker should do next. */
export type Next =
  | { do: "claim"; item: QueueItem }
  | { do: "collect"; lease: LostLease }
  | { do: "archive"; orders: string[] }
  | { do: "wait"; ms: number };

const nextReply = z.tuple([z.enum(["item", "lost", "archive", "wait"]), z.string(), z.number()]);

/** The queue as the workers use it. Every method rejects when Redis does. */
export class OrderQueue {
  readonly #redis: RedisConnection;
  readonly #blocking: RedisConnection;
  readonly #leaseMs: number;

  /** `blocking`: a connection used only to wait for work. */
  constructor(redis: RedisConnection, blocking: RedisConnection, leaseMs = defaultLeaseMs) {
    this.#redis = redis;
    this.#blocking = blocking;
    this.#leaseMs = leaseMs;
  }

  /**
   * Also reports that the worker is present. `last`: what the worker did before. After archiving, the items
   * that wait go first.
   */
  async next(worker: string, last?: Next["do"]): Promise<Next> {
    const bounds = [this.#leaseMs, Math.min(longestWaitMs, this.#leaseMs / 3)];
    const archiving = [last === "archive" ? "archived" : "", archiveAgainMs, archiveAtOnce];
    const reply = await steps.next.run(this.#redis, [...queueKeys], [worker, ...bounds, ...archiving]);
    const [state, name, ms] = nextReply.parse(reply);
    if (state === "wait") return { do: "wait", ms };
    try {
      if (state === "archive")
        return { do: "archive", orders: z.array(orderIdSchema).parse(name.split(" ")) };
      return state === "item"
        ? { do: "claim", item: parseItem(name) }
        : { do: "collect", lease: parseLease(name, ms) };
    } catch (cause) {
      // No version of this project wrote it. The others must still be served.
      const key = { item: waitingKey, lost: leasesKey, archive: unarchivedKey }[state];
      await this.#redis.zRem(
        key,
        name.split(" ").filter((id) => !orderIdSchema.safeParse(id).success),
      );
      throw new Error(`removed a member of the queue that is not an order's: ${name}`, { cause });
    }
  }

  /**
   * Waits until there may be work, but not longer than `ms`. If the caller is `stopping` by then, another
   * worker is told of the work.
   */
  async wait(ms: number, stopping?: AbortSignal): Promise<void> {
    const marker = await this.#blocking.bzPopMin(markerKey, Math.max(ms, 1) / 1000);
    if (marker && stopping?.aborted) await this.#redis.zAdd(markerKey, marker);
  }

  /** The leases on what the worker claimed with a `claimToken`, in this process or in an earlier one. */
  async leasesOf(worker: string): Promise<OwnLease[]> {
    const own: OwnLease[] = [];
    for (const { value, score } of await this.#redis.zRangeWithScores(leasesKey, 0, -1)) {
      const lease = readableLease(value);
      if (!lease) continue;
      // The lease on an order has no token. Its record has it.
      const token = lease.token || (await this.#redis.hGet(recordKey(lease.order_id), "claim"));
      if (token?.startsWith(claimPrefix(worker))) own.push({ ...lease, endMs: score });
    }
    return own;
  }

  /** Delays an item that cannot be claimed, or a lease that cannot be collected, to let others go first. */
  async postpone(what: "item" | "lease", name: string, ms = postponeMs): Promise<void> {
    await steps.postpone.run(this.#redis, [...queueKeys], [what, name, ms]);
  }
}

/** Parses a member of the queue: `<user>:<key>:<turn>:<order>.<run>[.<attempt>[.<page>]]`. */
export function parseItem(item: string): QueueItem {
  const { token: _, ...parts } = parseName(item.slice(item.lastIndexOf(":") + 1));
  return { item, ...parts };
}

function parseLease(name: string, seenMs: number): LostLease {
  const { attempt = 0, token = "", ...rest } = parseName(name);
  const lease = { ...rest, attempt, token };
  const expected = leaseName(lease);
  if (name !== expected) throw new Error(`not the name of a lease; that would be ${expected}`);
  return { ...lease, name, seenMs };
}

/** Undefined for a name that cannot be parsed. `next` removes it. */
export function readableLease(name: string): LostLease | undefined {
  try {
    return parseLease(name, 0);
  } catch {
    return undefined;
  }
}

function parseName(name: string) {
  return nameSchema.parse(name.split("."));
}

/** A new token for one claim of this worker. */
export const claimToken = (worker: string) => `${claimPrefix(worker)}${randomUUID()}`;

/** Unique for each worker's name, which has no `~`. The name of a lease is divided at its dots. */
const claimPrefix = (worker: string) => `${worker.replaceAll(".", "~")}~`;

/** The name of an attempt in the queue. */
export const attemptName = ({ order_id, run, attempt }: AttemptRef) => `${order_id}.${run}.${attempt}`;

/** The name of the lease on an attempt, or on a page that was claimed with `token`. */
export function leaseName(
  work: AttemptRef & { page?: number | undefined; token?: string | undefined },
): string {
  const { page, token } = work;
  return page === undefined ? attemptName(work) : `${attemptName(work)}.${page}.${token}`;
}
