import {
  changesSince,
  latestChange,
  type OrderChange,
} from "@orbital-witness/common/orders/order-changes.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { SharedRun } from "../sharing/shared-run.ts";

/** "unknown": there may be changes that Redis no longer has. */
export type MissedChanges = readonly OrderChange[] | "unknown";

/** Tells a listener which orders changed since it was told last, whenever somebody asks for it. */
export class ChangeCatchUp {
  readonly #redis: RedisConnection;
  readonly #run: SharedRun<void>;
  #last: string | undefined;

  constructor(redis: RedisConnection, listener: (changes: MissedChanges) => void) {
    this.#redis = redis;
    this.#run = new SharedRun(async () => listener(await this.#read()));
  }

  /** Resolves when the listener knows all changes before this call. Rejects when Redis does. */
  catchUp(): Promise<void> {
    return this.#run.get();
  }

  async #read(): Promise<MissedChanges> {
    if (this.#last === undefined) {
      this.#last = await latestChange(this.#redis);
      return "unknown";
    }
    const { changes, last } = await changesSince(this.#redis, this.#last);
    this.#last = last;
    return changes ?? "unknown";
  }
}
