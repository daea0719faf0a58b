import type { Log } from "@orbital-witness/common/log.ts";
import { isUnreadable } from "@orbital-witness/common/orders/ended/ended-orders.ts";
import type { OrderRecord, OrderStatus } from "@orbital-witness/common/orders/order.ts";
import { userOrdersKey } from "@orbital-witness/common/orders/order-keys.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { SharedRun } from "../sharing/shared-run.ts";
import { listRow } from "./list-row.ts";
import type { ListWorker } from "./list-worker.ts";

/** How many orders are read in one call, and how many entries of a user's list. */
const ordersAtOnce = 500;
const entriesAtOnce = 5000;
/** Changes that nobody listed are kept up to so many. If there are more, all open orders are looked at. */
const mostChanged = 10_000;
/** How often all open orders are looked at, in ms. Services of an earlier version do not tell changes. */
const openMs = 10_000;

/** `catchUp` resolves when every list was told the changes before this call. */
export type ListTools = {
  redis: RedisConnection;
  store: OrderStore;
  table: ListWorker;
  log: Log;
  catchUp(): Promise<void>;
};

type Entry = { order_id: string; place: number };
type OpenOrder = { place: number; status: OrderStatus };

/**
 * Brings one user's rows in the table up to date. New orders come from the user's list in Redis. Other
 * orders are read again when they were told to have changed.
 */
export class UserList {
  readonly #tools: ListTools;
  readonly #userId: number;
  #changed = new Set<string>();
  #isMissed = false;
  /** The rows of orders that have not ended or failed, as the table has them. */
  #open = new Map<string, OpenOrder>();
  #newest: Entry | undefined;
  #isLoaded = false;
  #openAt = Number.NEGATIVE_INFINITY;
  readonly #refresh = new SharedRun(() => this.#run());

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
    if (this.#changed.size < mostChanged) this.#changed.add(orderId);
    else this.missed();
  }

  /** Says that any order may have changed. */
  missed(): void {
    this.#changed.clear();
    this.#isMissed = true;
  }

  /**
   * Resolves when the rows have everything that happened before this call. Rejects with the errors of Redis,
   * the result store and the table.
   */
  refresh(): Promise<void> {
    return this.#refresh.get();
  }

  async #run(): Promise<void> {
    try {
      await this.#tools.catchUp();
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
    this.#openAt = Number.NEGATIVE_INFINITY;
  }

  async #addNew(): Promise<void> {
    for (;;) {
      const entries = await this.#entriesAfter(this.#newest?.place ?? Number.NEGATIVE_INFINITY, ordersAtOnce);
      // This read has the changes that are known by now.
      for (const { order_id } of entries) this.#changed.delete(order_id);
      await this.#read(entries);
      this.#newest = entries.at(-1) ?? this.#newest;
      if (entries.length < ordersAtOnce) return;
    }
  }

  async #readAgain(): Promise<void> {
    const now = performance.now();
    const isOpenDue = this.#isMissed || now - this.#openAt > openMs;
    const changed = [...this.#changed];
    // What is told from here on is for the next run.
    this.#isMissed = false;
    this.#changed = new Set();
    const entries = await Promise.all(changed.map((id) => this.#entryOf(id)));
    await this.#read(entries.flatMap((entry) => entry ?? []));
    if (!isOpenDue) return;
    await this.#readOpen();
    this.#openAt = now;
  }

  /** Reads the open orders whose status differs from their rows. */
  async #readOpen(): Promise<void> {
    const open = [...this.#open].map(([order_id, { place }]) => ({ order_id, place }));
    for (let first = 0; first < open.length; first += ordersAtOnce) {
      const part = open.slice(first, first + ordersAtOnce);
      const ends = await this.#tools.store.held.ends(part.map(({ order_id }) => order_id));
      await this.#read(
        part.filter(({ order_id }, index) => {
          const end = ends[index];
          const status = this.#open.get(order_id)?.status;
          // A failed order that Redis does not hold is archived.
          return end === undefined ? status !== "failed" : end === "unreadable" || end.status !== status;
        }),
      );
    }
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
