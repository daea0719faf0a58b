import type { Client } from "../../api/client.ts";
import type { OrderChange } from "../../api/order-events.ts";
import type { OrderList, OrderSummary } from "../../api/types.ts";
import type { ListFilter } from "./list-filter.ts";
import { type OrderWindow, partSize, partsOf, withAnswers, withOrder } from "./order-window.ts";

/** Loads the parts of a list that are on screen, and keeps them up to date. */
export class OrderFeed {
  readonly #client: Client;
  readonly #filter: ListFilter;
  /** The list has all orders, newest first. */
  readonly #hasAll: boolean;
  readonly #loading = new Set<number>();
  #window: OrderWindow | undefined;
  #shown = [0];
  /** Changes that came while a part was being read, whose answer may be older. */
  #meanwhile: OrderSummary[] = [];
  #reads = 0;
  #readMs = 0;

  constructor(client: Client, filter: ListFilter) {
    this.#client = client;
    this.#filter = filter;
    this.#hasAll = Object.keys(filter).length === 0;
  }

  /** Undefined before the first answer. */
  get window(): OrderWindow | undefined {
    return this.#window;
  }

  /** How long the last read took. */
  get readMs(): number {
    return this.#readMs;
  }

  /** Reads what is on screen. Rejects with ApiError. */
  readonly refresh = async (signal: AbortSignal): Promise<OrderWindow | undefined> => {
    await this.#load(this.#shown, true, signal);
    return this.#window;
  };

  /** Says which rows are on screen, and loads those that are missing. Rejects with ApiError. */
  async show(start: number, end: number): Promise<void> {
    this.#shown = partsOf(start, end);
    const missing = this.#shown.filter((part) => !this.#window?.parts.has(part) && !this.#loading.has(part));
    if (missing.length > 0) await this.#load(missing, false);
  }

  /** Takes over a change. Returns whether the list need not be read again because of it. */
  apply(change: OrderChange): boolean {
    if (change.kind !== "order" || !this.#window) return false;
    if (this.#reads > 0) this.#meanwhile.push(change.order);
    const { window, isSettled } = withOrder(this.#window, change.order, this.#hasAll);
    this.#window = window;
    return isSettled;
  }

  async #load(parts: readonly number[], isOnly: boolean, signal?: AbortSignal): Promise<void> {
    for (const part of parts) this.#loading.add(part);
    this.#reads += 1;
    const began = performance.now();
    try {
      const answers = await Promise.all(
        parts.map(async (part) => [part, await this.#read(part, signal)] as const),
      );
      this.#readMs = performance.now() - began;
      const window = withAnswers(this.#window, new Map(answers), isOnly);
      this.#window = window && this.#putMeanwhile(window);
    } finally {
      this.#reads -= 1;
      if (this.#reads === 0) this.#meanwhile = [];
      for (const part of parts) this.#loading.delete(part);
    }
  }

  #putMeanwhile(window: OrderWindow): OrderWindow {
    return this.#meanwhile.reduce((last, order) => withOrder(last, order, this.#hasAll).window, window);
  }

  #read(part: number, signal?: AbortSignal): Promise<OrderList> {
    const query = new URLSearchParams({ ...this.#filter, limit: String(partSize) });
    if (part > 0) query.set("offset", String(part * partSize));
    return this.#client.json<OrderList>(`/orders?${query}`, { signal });
  }
}
