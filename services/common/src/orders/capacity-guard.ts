import { statfs } from "node:fs/promises";
import type { Log } from "../log.ts";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { infoField } from "../redis/redis-info.ts";
import { repeat } from "../repeat.ts";
import { StateLog } from "../state-log.ts";
import { waitingKey } from "./order-keys.ts";

const lookMs = 1000;
const mebibyte = 1024 * 1024;

/**
 * Above this share Redis is nearly full. Accepted orders still need memory until they end.
 */
const mostMemoryUsed = 0.85;
/**
 * The Redis memory, in bytes, that a waiting order still needs for its events and pages: about that of a
 * document of four pages.
 */
const memoryOfOrder = 4096;

/**
 * The free space each file system must keep, in bytes: `bytes`, plus `ofOrder` for each waiting order.
 * `redisMs`: how often Redis is asked, in ms.
 */
export type Reserve = { bytes: number; ofOrder: number; redisMs: number; meanwhile: string };

/** New orders are refused before the workers stop, so that accepted orders still have room. */
export const reserves = {
  accepting: {
    bytes: 128 * mebibyte,
    ofOrder: mebibyte / 4,
    redisMs: 1000,
    meanwhile: "new orders are refused",
  },
  working: { bytes: 64 * mebibyte, ofOrder: 0, redisMs: 5000, meanwhile: "orders wait" },
} as const satisfies Record<string, Reserve>;

export type Shortage = {
  of: "redis_memory" | "redis_disk" | "results_disk";
  freeBytes: number;
  neededBytes: number;
};

export type CapacityOptions = {
  redis: RedisConnection;
  resultsFolder: string;
  /** A folder on the file system that Redis writes to. Without it that file system is not watched. */
  redisFolder?: string | undefined;
  reserve: Reserve;
  /** Returns the free bytes on a folder's file system. */
  freeBytes?: (folder: string) => Promise<number>;
};

/**
 * Checks every second whether Redis' memory, Redis' file system and the results' file system have room for
 * more. With `appendfsync always` Redis exits when it cannot write, so the guard has to act before that.
 */
export class CapacityGuard {
  readonly #options: Required<CapacityOptions>;
  readonly #log: Log;
  readonly #looks: StateLog;
  readonly #stopped = new AbortController();
  readonly #looking: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #shortage: Shortage | undefined;
  #redis = { used: 0, limit: 0, waiting: 0 };
  #free: { results: number; redis: number | undefined } | undefined;
  #redisAskedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CapacityOptions, log: Log) {
    this.#options = { redisFolder: undefined, freeBytes, ...options };
    this.#log = log;
    this.#looks = new StateLog(log, "the check for free room");
    const look = () => this.#looks.watch(() => this.#look());
    this.#looking = look().then(() => repeat(lookMs, this.#stopped.signal, look));
  }

  /** The storage that is short of room. Undefined while there is room, and before the first check. */
  get shortage(): Shortage | undefined {
    return this.#shortage;
  }

  /** Whether another reserve was short of room at the last check. */
  isShortOf(reserve: Reserve): boolean {
    return this.#shortageOf(reserve) !== undefined;
  }

  /** Resolves as soon as nothing is short. Rejects with the signal's reason. */
  async room(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#shortage) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.add(resolve);
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal.removeEventListener("abort", abort);
    }
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { resultsFolder, redisFolder, reserve, freeBytes } = this.#options;
    // A timer may fire a little early, which must not put the question off until the next check.
    if (performance.now() - this.#redisAskedAt > reserve.redisMs - lookMs / 2) await this.#askRedis();
    this.#free = {
      results: await freeBytes(resultsFolder),
      redis: redisFolder === undefined ? undefined : await freeBytes(redisFolder),
    };
    this.#found(this.#shortageOf(reserve));
  }

  #shortageOf({ bytes, ofOrder }: Reserve): Shortage | undefined {
    if (!this.#free) return undefined;
    const { used, limit, waiting } = this.#redis;
    const needed = bytes + waiting * ofOrder;
    const found: Shortage[] = [{ of: "results_disk", freeBytes: this.#free.results, neededBytes: needed }];
    if (this.#free.redis !== undefined) {
      // While Redis rewrites its append-only file, both versions exist. The new one is as large as Redis'
      // data.
      const neededBytes = needed + used;
      found.push({ of: "redis_disk", freeBytes: this.#free.redis, neededBytes });
    }
    if (limit > 0 && ofOrder > 0) {
      const neededBytes = Math.ceil(limit * (1 - mostMemoryUsed)) + waiting * memoryOfOrder;
      found.push({ of: "redis_memory", freeBytes: limit - used, neededBytes });
    }
    return found.find(({ freeBytes: free, neededBytes }) => free < neededBytes);
  }

  async #askRedis(): Promise<void> {
    const { redis, reserve } = this.#options;
    const [memory, waiting] = await Promise.all([
      redis.info("memory"),
      reserve.ofOrder > 0 ? redis.zCard(waitingKey) : 0,
    ]);
    const bytes = (name: string) => Number(infoField(memory, name));
    this.#redis = { used: bytes("used_memory"), limit: bytes("maxmemory"), waiting };
    this.#redisAskedAt = performance.now();
  }

  #found(shortage: Shortage | undefined): void {
    const before = this.#shortage;
    this.#shortage = shortage;
    if (shortage && shortage.of !== before?.of) {
      this.#log.error(
        shortage,
        `there is too little room: ${this.#options.reserve.meanwhile} until there is more`,
      );
    }
    if (shortage) return;
    if (before) this.#log.info({ of: before.of }, "there is room again");
    for (const resolve of this.#waiting) resolve();
  }
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
