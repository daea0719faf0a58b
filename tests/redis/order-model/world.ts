import type { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { beforeAll } from "@orbital-witness/common/orders/order-changes.ts";
import type { OrderEvent } from "@orbital-witness/common/orders/order-events.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { ClaimedPage, OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import type { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { type Hand, OrderModel } from "./order-model.ts";

export type Services = {
  redis: RedisConnection;
  store: OrderStore;
  archive: OrderArchive;
  results: ResultStore;
  queue: OrderQueue;
  attempts: OrderAttempts;
  /** Longer than a test, so that a lease runs out only when a step says so. */
  leaseMs: number;
};

/** The real queue, the model, and what customers and workers know. They remember what they lost, too. */
export type World = Services & {
  model: OrderModel;
  users: readonly number[];
  workers: readonly string[];
  /** All orders that were ever accepted. */
  accepted: { order_id: string; user_id: number; key: string | undefined }[];
  /** The keys of the idempotency hashes, with what was accepted under them. */
  known: Map<string, { id: string; fingerprint: string }>;
  /** The events of the orders that were read so far. */
  events: Map<string, OrderEvent[]>;
  /** The items that `next` gave out. */
  items: string[];
  hands: Hand[];
  pageHands: ClaimedPage[];
  /** The last change that was compared, and how each order looked then. */
  lastChange: string;
  shown: Map<string, string>;
};

export function newWorld(services: Services): World {
  return {
    ...services,
    model: new OrderModel(),
    // The user 10 comes after 1 and before 2 where text is compared.
    users: [1, 2, 10],
    workers: ["worker-1", "worker-2", "worker-3"],
    ...{ accepted: [], known: new Map(), events: new Map(), items: [], hands: [], pageHands: [] },
    ...{ lastChange: beforeAll, shown: new Map() },
  };
}

/** Derives choices among what exists when a step runs from one number. */
export class Choices {
  #left: number;

  constructor(number: number) {
    this.#left = number;
  }

  from<T>(list: readonly T[]): T {
    const chosen = list[this.#left % list.length];
    if (chosen === undefined && list.length === 0) throw new Error("there is nothing to choose from");
    this.#left = Math.floor(this.#left / list.length);
    return chosen as T;
  }
}

/** One kind of step. It must be possible (`can`) when it is played. */
export type Step = {
  can?: (world: World) => boolean;
  play: (world: World, choices: Choices) => Promise<unknown>;
};
