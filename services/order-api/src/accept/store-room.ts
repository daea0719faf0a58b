import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { waitingKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { repeat } from "@orbital-witness/common/repeat.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";

const lookMs = 1000;
/**
 * Above it no order is taken: a Redis that is really full cannot hand out jobs any more, and what is accepted
 * would stand still.
 */
const mostUsed = 0.85;
/**
 * What an order that waits will need more until its end, of steps and of jobs: about that of a document of
 * four pages.
 */
const orderBytes = 4096;

/** Whether Redis has room for more orders, by a look every second. */
export class StoreRoom {
  readonly #redis: RedisConnection;
  readonly #log: Log;
  readonly #looks: StateLog;
  readonly #stopped = new AbortController();
  readonly #looking: Promise<void>;
  #full = false;

  constructor(redis: RedisConnection, log: Log) {
    this.#redis = redis;
    this.#log = log;
    this.#looks = new StateLog(log, "Redis, asked for its memory,");
    this.#looking = repeat(lookMs, this.#stopped.signal, () => this.#looks.watch(() => this.#look()));
  }

  /** Throws 503 where there is none. */
  check(): void {
    if (this.#full) throw storeFull();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const [memory, waiting] = await Promise.all([this.#redis.info("memory"), this.#redis.zCard(waitingKey)]);
    this.#found(memory, waiting);
  }

  #found(memory: string, waiting: number): void {
    const used = numberOf(memory, "used_memory") + waiting * orderBytes;
    const limit = numberOf(memory, "maxmemory");
    const full = limit > 0 && used > limit * mostUsed;
    if (full === this.#full) return;
    this.#full = full;
    if (full) {
      this.#log.error({ used, limit }, "Redis is nearly full: no orders are taken until older ones expire");
    } else {
      this.#log.info({ used, limit }, "Redis has room again");
    }
  }
}

/** Redis refused a command because of its limit of memory; nothing of it was done. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("OOM ");
}

export function storeFull(cause?: unknown): Problem {
  const detail =
    "There is no room for more orders. Nothing was ordered by this request. " +
    "Room comes as older orders expire; for more of it, " +
    "Redis needs more memory or orders a shorter time to stay (resultDays).";
  return new Problem(503, "store_full", detail, { headers: { "Retry-After": "60" }, cause });
}

function numberOf(info: string, name: string): number {
  const found = new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1];
  if (found === undefined) throw new Error(`no ${name} in Redis' INFO`);
  return Number(found);
}
