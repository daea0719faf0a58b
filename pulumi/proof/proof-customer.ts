import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { SAMPLE_NAME, samplePage } from "./sample-page.ts";
import { StackClient, silence, type User, WrongAnswer } from "./stack-client.ts";

const placedSchema = z.object({ order_id: z.string() });
const listSchema = z.object({ orders: z.array(placedSchema) });
const viewSchema = z.object({
  status: z.string(),
  finished_at: z.string().nullable(),
  reason: z.object({ message: z.string() }).nullish(),
});
/** `finished_at` is null until the order has ended. */
export type OrderView = z.output<typeof viewSchema>;

/** What the router or a service answers while it is busy or restarted. */
const passing = new Set([429, 502, 503, 504]);
const pauseMs = 500;

/**
 * The customer of a proof. Methods repeat a request for `patienceSeconds` while the stack is busy or does not
 * answer, and then reject as StackClient does.
 */
export class ProofCustomer {
  readonly #client: StackClient;
  readonly #patienceMs: number;

  constructor(url: string, user: User, patienceSeconds: number) {
    this.#client = new StackClient(url, user);
    this.#patienceMs = patienceSeconds * 1000;
  }

  async logIn(): Promise<void> {
    await this.#patiently(() => this.#client.token());
  }

  /**
   * Uploads the sample page. There is no Idempotency-Key, because Redis would keep it: an order whose answer
   * was lost is removed with the other one. @returns the order's id
   */
  async order(): Promise<string> {
    const placed = await this.#patiently(() => {
      const form = new FormData();
      form.set("document", samplePage());
      return this.#client.ask("POST", "/orders", 202, form);
    });
    return placedSchema.parse(JSON.parse(placed)).order_id;
  }

  /** Follows the order for up to `waitSeconds`. @returns its last view, also if it has not ended */
  async follow(orderId: string, waitSeconds: number): Promise<OrderView> {
    const giveUpAt = Date.now() + waitSeconds * 1000;
    for (;;) {
      // The stream ends with the order, or when the answer takes too long. It costs less than many looks.
      const ended = this.#client.ask("GET", `/orders/${orderId}/events`, 200);
      await ended.catch((error: unknown) => ignore(error, isPassing));
      const seen = await this.#patiently(() => this.#client.ask("GET", `/orders/${orderId}`, 200));
      const view = viewSchema.parse(JSON.parse(seen));
      if (view.finished_at !== null || Date.now() >= giveUpAt) return view;
      await pause(pauseMs);
    }
  }

  text(orderId: string): Promise<string> {
    return this.#patiently(() => this.#client.ask("GET", `/orders/${orderId}/result.txt`, 200));
  }

  /** Removes an order, and those that interrupted proofs left behind. */
  async remove(orderId: string): Promise<void> {
    await this.#remove(orderId);
    for (const left of await this.#leftBehind().catch(() => [])) await this.#remove(left);
  }

  async #leftBehind(): Promise<string[]> {
    const list = await this.#client.ask("GET", `/orders?limit=100&q=${SAMPLE_NAME}`, 200);
    return listSchema.parse(JSON.parse(list)).orders.map(({ order_id }) => order_id);
  }

  async #remove(orderId: string): Promise<void> {
    const isGone = (error: unknown) => error instanceof WrongAnswer && error.status === 404;
    const removed = this.#patiently(() => this.#client.ask("POST", `/orders/${orderId}/remove`, 204));
    await removed.catch((error: unknown) => ignore(error, isGone));
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + this.#patienceMs;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error) || Date.now() >= giveUpAt) throw error;
      }
      await pause(pauseMs);
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof WrongAnswer ? passing.has(error.status) : silence(error) !== undefined;
}

function ignore(error: unknown, isHarmless: (error: unknown) => boolean): undefined {
  if (!isHarmless(error)) throw error;
}
