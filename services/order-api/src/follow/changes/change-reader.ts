import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@orbital-witness/common/log.ts";
import {
  awaitChanges,
  latestChange,
  type OrderChange,
} from "@orbital-witness/common/orders/order-changes.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";

/** "missed": there may have been changes that were not read. */
export type ChangeListener = (news: readonly OrderChange[] | "missed") => void;

/** How long Redis holds an answer while nothing changes. Pings on the connection wait as long. */
const blockMs = 5000;
const retryMs = 500;
/** Changes that come within this time are read together: each read costs Redis and us about 0.1 ms. */
const gatherMs = 25;

/** Reads the changes of all orders once for all listeners, and only while there are any. */
export class ChangeReader {
  readonly #redis: RedisConnection;
  readonly #state: StateLog;
  readonly #listeners = new Set<ChangeListener>();
  readonly #stopping = new AbortController();
  #position = Promise.withResolvers<string>();
  #running = false;

  /** `redis`: a connection used only by this reader, which waits while Redis is away. */
  constructor(redis: RedisConnection, log: Log) {
    this.#redis = redis;
    this.#state = new StateLog(log, "reading the orders' changes");
  }

  /** Returns the function that ends this. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    if (!this.#running) void this.#run();
    return () => this.#listeners.delete(listener);
  }

  /**
   * The id of the last change that listeners know. Later ones come to those who listen now. Waits while Redis
   * is away.
   */
  position(): Promise<string> {
    return this.#position.promise;
  }

  close(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let last: string | undefined;
    while (this.#listeners.size > 0 && !this.#stopping.signal.aborted) {
      try {
        last ??= await this.#begin();
        const changes = await awaitChanges(this.#redis, last, blockMs);
        this.#state.recovered();
        const next = changes.at(-1)?.id;
        if (next === undefined) continue;
        last = next;
        this.#position = Promise.withResolvers();
        this.#position.resolve(last);
        this.#tell(changes);
        await pause(gatherMs);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#state.failed(error);
        // Listeners know already if the one before failed too.
        if (last !== undefined) {
          // The stream may have been cut, or lost with its Redis.
          last = undefined;
          this.#position = Promise.withResolvers();
          this.#tell("missed");
        }
        await pause(retryMs);
      }
    }
    this.#position = Promise.withResolvers();
    this.#running = false;
  }

  async #begin(): Promise<string> {
    const last = await latestChange(this.#redis);
    this.#position.resolve(last);
    return last;
  }

  #tell(news: readonly OrderChange[] | "missed"): void {
    for (const listener of this.#listeners) listener(news);
  }
}
