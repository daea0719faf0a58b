import type { Log } from "@orbital-witness/common/log.ts";
import { isUnreadable } from "@orbital-witness/common/orders/ended/ended-orders.ts";
import type { OrderRecord, OrderStatus } from "@orbital-witness/common/orders/order.ts";
import { userOrdersKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { listRow } from "./list-row.ts";
import type { ListWorker } from "./list-worker.ts";

/** How many orders are read in one call, and how many entries of a user's list. */
const ordersAtOnce = 500;
const entriesAtOnce = 5000;
/** The open orders of a user with more than `manyOpen` are looked at this often, in ms. */
const manyOpen = 1000;
const manyOpenMs = 500;
/** How often failed orders are looked at, in ms. Retries by this process are seen at once. */
const failedMs = 10_000;

export type ListTools = { redis: RedisConnection; store: OrderStore; table: ListWorker; log: Log };

type Entry = { order_id: string; place: number };
type OpenOrder = { place: number; status: OrderStatus };

/**
 * Brings one user's rows in the table up to date. New orders come from the user's list in Redis. An order
 * that has not ended is looked at each time. An order that has ended only changes by a retry.
 */
export class UserList {
  readonly #tools: ListTools;
  readonly #userId: number;
  readonly #changed = new Set<string>();
  /** The rows of orders that have not ended or failed, as the table has them. */
  #open = new Map<string, OpenOrder>();
  #newest: Entry | undefined;
  #isLoaded = false;
  #openAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(tools: ListTools, userId: number) {
    this.#tools = tools;
    this.#userId = userId;
  }

  /** Whether the rows were up to date at the last `refresh`. */
  get isFilled(): boolean {
    return this.#isLoaded;
  }

  /** Says that an order has changed, so that the next `refresh` reads it. */
  changed(orderId: string): void {
    this.#changed.add(orderId);
  }

  /**
   * Resolves when the rows have everything that happened before this call; for a user with many open orders,
   * up to `manyOpenMs` before it. Rejects with the errors of Redis, the result store and the table.
   */
  refresh(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#running = this.#run();
        return this.#running;
      });
    return this.#next;
  }

  async #run(): Promise<void> {
    try {
      if (!this.#isLoaded || !(await this.#isContinued())) await this.#load();
      await this.#addNew();
      await this.#readAgain();
      this.#isLoaded = true;
    } catch (error) {
      // The rows may have some of the changes.
      this.#isLoaded = false;
      throw error;
    }
  }

  /** False if Redis lists other orders than before, for example because its data was lost. */
  async #isContinued(): Promise<boolean> {
    const newest = this.#newest;
    if (!newest) return true;
    return (await this.#tools.redis.zScore(this.#key, newest.order_id)) === newest.place;
  }

  /** Compares all rows with the user's list in Redis. Rows of the orders on it are kept. */
  async #load(): Promise<void> {
    const { table } = this.#tools;
    const entries: Entry[] = [];
    for (let last = Number.NEGATIVE_INFINITY; ; last = entries.at(-1)?.place ?? last) {
      const more = await this.#entriesAfter(last, entriesAtOnce);
      entries.push(...more);
      if (more.length < entriesAtOnce) break;
    }
    const ids = entries.map(({ order_id }) => order_id);
    await table.ask("keepOnly", this.#userId, ids);
    const missing = new Set(await table.ask("missing", ids));
    await this.#read(entries.filter(({ order_id }) => missing.has(order_id)));
    const { open } = await table.ask("state", this.#userId);
    this.#open = new Map(open.map(({ order_id, place, status }) => [order_id, { place, status }]));
    this.#newest = entries.at(-1);
    this.#openAt = this.#failedAt = Number.NEGATIVE_INFINITY;
  }

  async #addNew(): Promise<void> {
    for (;;) {
      const entries = await this.#entriesAfter(this.#newest?.place ?? Number.NEGATIVE_INFINITY, ordersAtOnce);
      await this.#read(entries);
      this.#newest = entries.at(-1) ?? this.#newest;
      if (entries.length < ordersAtOnce) return;
    }
  }

  async #readAgain(): Promise<void> {
    const now = performance.now();
    const changed = [...this.#changed];
    const isOpenDue = this.#open.size <= manyOpen || now - this.#openAt > manyOpenMs;
    const isFailedDue = now - this.#failedAt > failedMs;
    const entries = await Promise.all(changed.map((id) => this.#entryOf(id)));
    for (const [id, { place, status }] of this.#open) {
      if (status === "failed" ? isFailedDue : isOpenDue) entries.push({ order_id: id, place });
    }
    const wanted = entries.flatMap((entry) => entry ?? []);
    for (let first = 0; first < wanted.length; first += ordersAtOnce) {
      await this.#readChanged(wanted.slice(first, first + ordersAtOnce));
    }
    for (const id of changed) this.#changed.delete(id);
    if (isOpenDue) this.#openAt = now;
    if (isFailedDue) this.#failedAt = now;
  }

  /** Reads the orders whose status differs from their rows, and those that were said to have changed. */
  async #readChanged(entries: readonly Entry[]): Promise<void> {
    const ends = await this.#tools.store.held.ends(entries.map(({ order_id }) => order_id));
    await this.#read(
      entries.filter(({ order_id }, index) => {
        const end = ends[index];
        const status = this.#open.get(order_id)?.status;
        if (this.#changed.has(order_id)) return true;
        // A failed order that Redis does not hold is archived.
        return end === undefined ? status !== "failed" : end === "unreadable" || end.status !== status;
      }),
    );
  }

  async #read(entries: readonly Entry[]): Promise<void> {
    for (let first = 0; first < entries.length; first += ordersAtOnce) {
      const part = entries.slice(first, first + ordersAtOnce);
      const found = await Promise.all(part.map(({ order_id }) => this.#find(order_id)));
      const rows = part.flatMap(({ place }, index) => {
        const record = found[index];
        return record?.user_id === this.#userId ? listRow(record, place) : [];
      });
      const gone = part.flatMap(({ order_id }, index) => (found[index] ? [] : order_id));
      await this.#tools.table.ask("put", rows, gone);
      for (const id of gone) this.#open.delete(id);
      for (const { order_id, place, status } of rows) {
        if (status === "completed" || status === "cancelled") this.#open.delete(order_id);
        else this.#open.set(order_id, { place, status });
      }
    }
  }

  /** An order that cannot be read is in no list. */
  async #find(orderId: string): Promise<OrderRecord | undefined> {
    try {
      return await this.#tools.store.find(orderId);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#tools.log.error({ orders: [orderId] }, "orders cannot be read");
      return undefined;
    }
  }

  async #entryOf(orderId: string): Promise<Entry | undefined> {
    const place = await this.#tools.redis.zScore(this.#key, orderId);
    if (place !== null) return { order_id: orderId, place };
    await this.#tools.table.ask("put", [], [orderId]);
    this.#open.delete(orderId);
    return undefined;
  }

  async #entriesAfter(place: number, count: number): Promise<Entry[]> {
    const from = place === Number.NEGATIVE_INFINITY ? "-inf" : `(${place}`;
    const entries = await this.#tools.redis.zRangeWithScores(this.#key, from, "+inf", {
      ...{ BY: "SCORE", LIMIT: { offset: 0, count } },
    });
    return entries.map(({ value, score }) => ({ order_id: value, place: score }));
  }

  get #key(): string {
    return userOrdersKey(this.#userId);
  }
}
