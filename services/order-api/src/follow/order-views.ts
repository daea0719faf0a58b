import type { Log } from "@orbital-witness/common/log.ts";
import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { orderNotFound, read } from "../access/store-access.ts";
import type { OrderSummary, OrderView } from "../order-schemas.ts";
import { orderSummary, orderView } from "./order-view.ts";
import { queueState } from "./queue-state.ts";

/** Orders as their owners see them, with what they wait for. Methods answer 503 when Redis does not. */
export class OrderViews {
  readonly #store: OrderStore;
  readonly #capacity: CapacityGuard;
  readonly #log: Log;

  constructor(store: OrderStore, capacity: CapacityGuard, log: Log) {
    this.#store = store;
    this.#capacity = capacity;
    this.#log = log;
  }

  /** One order. Answers 404 if it does not exist. `look`: `read`, or `readChanged` after a change. */
  async view(orderId: string, look = read): Promise<OrderView> {
    const overview = await look(this.#store.overview(orderId));
    if (!overview) throw orderNotFound();
    const pace = overview.ahead === undefined ? notNeeded : await look(this.#store.pace());
    return orderView(overview, queueState(pace, this.#capacity));
  }

  /**
   * Orders of one user as lists and events show them, in one call of Redis. Orders that do not exist any more
   * are left out, and so are those that cannot be read, which are logged.
   */
  async summaries(userId: number, orderIds: readonly string[]): Promise<OrderSummary[]> {
    if (orderIds.length === 0) return [];
    const { orders, pace } = await read(this.#store.listed(userId, orderIds));
    const unreadable = orderIds.filter((_, index) => orders[index] === "unreadable");
    if (unreadable.length > 0) this.#log.error({ orders: unreadable }, "orders cannot be read");
    const queue = queueState(pace, this.#capacity);
    return orders.flatMap((order) => {
      const isOwn = typeof order === "object" && order.record.user_id === userId;
      return isOwn ? orderSummary(order, queue) : [];
    });
  }
}

/** The pace for an order that does not wait. */
const notNeeded = { meanMs: undefined, workers: 0 };
