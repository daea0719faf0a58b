import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { OrderFileName, ResultStore } from "../../results/result-store.ts";
import type { OrderRecord } from "../order.ts";
import { type PageEnd, pageEndSchema } from "../order-pages.ts";
import { type EndedOrder, endedOrderSchema } from "./ended-order.ts";

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** Up to this number, the ends of an order's pages are in the same file as the order. */
const fewPages = 50;

export type KeptOrder = { order: EndedOrder; isExpired: boolean };

/**
 * The orders that have ended, as files in the result store: `order-<run>.json` for each run that ended, and
 * `pages-<run>.json.gz` with the ends of its pages if they are many. The last run counts. Methods reject as
 * the store does, and with an UnreadableOrder for a file that this project did not write.
 */
export class EndedOrders {
  readonly #results: ResultStore;
  /** How long an order is kept after its end, in ms. */
  readonly retentionMs: number;

  /** `retentionSeconds`: how long an order and its result are kept after the order ended. */
  constructor(results: ResultStore, retentionSeconds: number) {
    this.#results = results;
    this.retentionMs = retentionSeconds * 1000;
  }

  /** Saves an order that ended, durably. A run that is saved already stays as it is. */
  async save(order: EndedOrder, pages: readonly PageEnd[]): Promise<void> {
    const { order_id, run } = order.record;
    const isFew = pages.length <= fewPages;
    if (!isFew) {
      const compressed = await deflate(JSON.stringify(pages));
      await this.#results.saveOrderFile(order_id, `pages-${run}.json.gz`, compressed);
    }
    const bytes = Buffer.from(JSON.stringify(isFew ? { ...order, ends: pages } : order));
    await this.#results.saveOrderFile(order_id, `order-${run}.json`, bytes);
  }

  /** Undefined for an order that has not ended, is unknown or has expired. */
  async find(orderId: string): Promise<EndedOrder | undefined> {
    const kept = await this.kept(orderId);
    return kept?.isExpired ? undefined : kept?.order;
  }

  /** The same for an order that may have expired and still has its file. */
  async kept(orderId: string): Promise<KeptOrder | undefined> {
    const run = lastRun(await this.#results.orderFiles(orderId));
    const order = run === undefined ? undefined : await this.#order(orderId, run);
    return order && { order, isExpired: this.expiresMs(order.record) <= Date.now() };
  }

  /** How the pages of an ended order ended. Empty for an order that is unknown. */
  async pages({ order_id, run }: Pick<OrderRecord, "order_id" | "run">): Promise<PageEnd[]> {
    const order = await this.#order(order_id, run);
    if (!order || order.ends) return order?.ends ?? [];
    const read = await this.#read(order_id, `pages-${run}.json.gz`, async (bytes) =>
      z.array(pageEndSchema).parse(JSON.parse((await inflate(bytes)).toString())),
    );
    return read ?? [];
  }

  /**
   * When the order was saved, in ms since the epoch. Undefined if it was not. Costs less than reading it.
   */
  async savedMs(orderId: string): Promise<number | undefined> {
    const run = lastRun(await this.#results.orderFiles(orderId));
    return run && (await this.#results.orderFile(orderId, `order-${run}.json`))?.savedMs;
  }

  /** When the order expires, in ms since the epoch. Infinite for an order that has not ended. */
  expiresMs({ finished_ms = Number.POSITIVE_INFINITY }: Pick<OrderRecord, "finished_ms">): number {
    return finished_ms + this.retentionMs;
  }

  #order(orderId: string, run: number): Promise<EndedOrder | undefined> {
    return this.#read(orderId, `order-${run}.json`, async (bytes) =>
      endedOrderSchema.parse(JSON.parse(bytes.toString())),
    );
  }

  async #read<T>(
    orderId: string,
    name: OrderFileName,
    parse: (bytes: Buffer) => Promise<T>,
  ): Promise<T | undefined> {
    const file = await this.#results.orderFile(orderId, name);
    if (!file) return undefined;
    const bytes = await file.bytes();
    try {
      return await parse(bytes);
    } catch (cause) {
      throw new UnreadableOrder(`${name} of the order ${orderId} cannot be read`, { cause });
    }
  }
}

/** An order's file is not one that this project wrote. */
class UnreadableOrder extends Error {
  override readonly name = "UnreadableOrder";
}

/** Whether an order's record or file is not one that this project wrote. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof z.ZodError || error instanceof UnreadableOrder;
}

function lastRun(names: readonly string[]): number | undefined {
  const runs = names.flatMap((name) => Number(/^order-(\d+)\.json$/.exec(name)?.[1] ?? []));
  return runs.length === 0 ? undefined : Math.max(...runs);
}
