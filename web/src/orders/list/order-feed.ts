import type { Client } from "../../api/client.ts";
import type { OrderChange } from "../../api/order-events.ts";
import type { OrderList, OrderSummary } from "../../api/types.ts";
import { hasEnded } from "../../order/texts.ts";
import type { ListFilter } from "./list-filter.ts";
import { noRows, type OrderRows, withChunk, withOrder, withoutOrder } from "./order-rows.ts";

/** The newest orders are read again and again; older ones when they are scrolled to. */
const newestCount = 50;
const olderCount = 100;
/** A filtered answer may be empty although there are more. */
const maximumEmptyAnswers = 200;

/** Changes are kept for reads that began before them. */
const longestReadMs = 60_000;

type AppliedChange = Exclude<OrderChange, { kind: "reset" }>;
type Part = { cursor: string; limit: number; newest: string; oldest: string };

/** Loads the orders of one list, part by part, and keeps those on screen up to date. */
export class OrderFeed {
  readonly #client: Client;
  readonly #filter: ListFilter;
  #rows: OrderRows = noRows;
  #parts: Part[] = [];
  #shown: readonly OrderSummary[] = [];
  #more: Promise<void> | undefined;
  #recent: { change: AppliedChange; at: number }[] = [];

  constructor(client: Client, filter: ListFilter) {
    this.#client = client;
    this.#filter = filter;
  }

  get rows(): OrderRows {
    return this.#rows;
  }

  /** Says which orders are on screen, so that they are read again while they change. */
  show(orders: readonly OrderSummary[]): void {
    this.#shown = orders;
  }

  /** Reads the newest orders, and the parts in which orders on screen are changing. Rejects with ApiError. */
  readonly refresh = async (signal: AbortSignal): Promise<OrderRows> => {
    await this.#load("", newestCount, signal);
    const moving = this.#shown.filter(({ status }) => !hasEnded(status));
    const isWanted = ({ newest, oldest }: Part) =>
      moving.some(({ created_at }) => created_at >= oldest && created_at <= newest);
    for (const { cursor, limit } of this.#parts.filter((part) => part.cursor !== "" && isWanted(part))) {
      await this.#load(cursor, limit, signal);
    }
    return this.#rows;
  };

  /** Takes over a change without reading the list. Returns whether that was possible. */
  apply(change: OrderChange): boolean {
    if (change.kind === "reset" || this.#rows.next === undefined) return false;
    this.#recent.push({ change, at: performance.now() });
    this.#put(change);
    return true;
  }

  #put(change: AppliedChange): void {
    this.#rows =
      change.kind === "removed"
        ? withoutOrder(this.#rows, change.orderId)
        : withOrder(this.#rows, change.order, matches(change.order, this.#filter));
  }

  /** Loads the next older orders. Calls at the same time share one request. Rejects with ApiError. */
  more(): Promise<void> {
    const { next } = this.#rows;
    if (typeof next !== "string") return Promise.resolve();
    this.#more ??= this.#load(next, olderCount).finally(() => {
      this.#more = undefined;
    });
    return this.#more;
  }

  async #load(cursor: string, limit: number, signal?: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const { orders, next } = await this.#read(cursor, limit, signal);
    this.#rows = withChunk(this.#rows, { cursor, orders, next });
    // The answer may be older than changes that came meanwhile.
    this.#recent = this.#recent.filter(({ at }) => at > startedAt - longestReadMs);
    for (const { change, at } of this.#recent) if (at > startedAt) this.#put(change);
    const [newest, oldest] = [orders[0]?.created_at, orders.at(-1)?.created_at];
    this.#parts = this.#parts.filter((part) => part.cursor !== cursor);
    if (newest !== undefined && oldest !== undefined) this.#parts.push({ cursor, limit, newest, oldest });
  }

  async #read(
    cursor: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<Pick<OrderList, "orders" | "next">> {
    let from = cursor;
    const orders: OrderSummary[] = [];
    for (let answers = 0; ; answers++) {
      const query = new URLSearchParams({ ...this.#filter, limit: String(limit) });
      if (from !== "") query.set("cursor", from);
      const list = await this.#client.json<OrderList>(`/orders?${query}`, { signal });
      orders.push(...list.orders);
      if (orders.length > 0 || list.next === null || answers >= maximumEmptyAnswers) {
        return { orders, next: list.next };
      }
      from = list.next;
    }
  }
}

function matches(order: OrderSummary, { status, title_number }: ListFilter): boolean {
  return (
    (status === undefined || order.status === status) &&
    (title_number === undefined || order.title_number === title_number)
  );
}
