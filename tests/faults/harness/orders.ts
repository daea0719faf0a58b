import {
  failureReasonSchema,
  hasEnded,
  type OrderStatus,
  orderStatusSchema,
} from "@orbital-witness/common/orders/order.ts";
import { attemptOutcomes } from "@orbital-witness/common/orders/order-events.ts";
import { z } from "zod";
import { poll } from "../../../lib/poll.ts";
import type { TestContainer } from "../../stack/stack-under-test.ts";
import type { FaultStack } from "./fault-stack.ts";

const viewSchema = z.object({
  title_number: z.string(),
  status: orderStatusSchema,
  reason: failureReasonSchema.nullable(),
  pages_failed: z.array(failureReasonSchema.extend({ page: z.int() })),
  history: z.array(z.object({ status: orderStatusSchema })),
  attempts: z.array(
    z.object({
      attempt: z.int(),
      worker: z.string(),
      outcome: z.enum(attemptOutcomes).nullable(),
      reason: failureReasonSchema.nullable(),
    }),
  ),
});

export type OrderView = z.output<typeof viewSchema>;

/** An answer to `POST /orders`, with its duration. */
export type Answer = { status: number; body: Record<string, unknown>; ms: number };

/** Places and follows the orders of one customer. They are all leases, see `document-source.ts`. */
export class Orders {
  readonly #stack: FaultStack;
  readonly #user: string;

  constructor(stack: FaultStack, user = "bob") {
    this.#stack = stack;
    this.#user = user;
  }

  /** Sends an order, and accepts any answer. */
  async post(title: string): Promise<Answer> {
    const token = await this.#stack.customer.validToken(this.#user);
    const from = performance.now();
    const form = { title_number: title, document_type: "lease" };
    const { status, body } = await this.#stack.customer.post("/orders", form, token);
    return { status, body, ms: performance.now() - from };
  }

  /** @returns the order's id; rejects if it is not accepted */
  async place(title: string): Promise<string> {
    return accepted(await this.post(title));
  }

  /** The answer's status. */
  async cancel(id: string): Promise<number> {
    return (await this.#stack.customer.cancel(id, this.#user)).status;
  }

  /** The answer's status. */
  async status(id: string): Promise<number> {
    const { customer } = this.#stack;
    return (await customer.get(`/orders/${id}`, await customer.validToken(this.#user))).status;
  }

  async view(id: string): Promise<OrderView> {
    return viewSchema.parse(await this.#read(`/orders/${id}`));
  }

  /** Waits until the order reaches this status. Rejects if it ends with another one. */
  reaches(id: string, status: OrderStatus, limitSeconds = 60): Promise<OrderView> {
    return this.until(id, limitSeconds, (view) => {
      if (view.status !== status && hasEnded(view.status)) {
        throw new Error(`the order was to be ${status}: ${JSON.stringify(view)}`);
      }
      return view.status === status;
    });
  }

  ended(id: string, limitSeconds = 90): Promise<OrderView> {
    return this.until(id, limitSeconds, (view) => hasEnded(view.status));
  }

  /** Waits for a view that fulfils the condition. */
  async until(id: string, limitSeconds: number, isIt: (view: OrderView) => boolean): Promise<OrderView> {
    let view: OrderView | undefined;
    const look = async () => {
      view = await this.view(id);
      return isIt(view) ? view : undefined;
    };
    const late = () => new Error(`order ${id}, after ${limitSeconds} s: ${JSON.stringify(view)}`);
    return poll(look, { everyMs: 200, limitMs: limitSeconds * 1000, late });
  }

  /** An order whose page is being read, with its worker and the worker's container. */
  async midPage(): Promise<{ id: string; name: string; worker: TestContainer }> {
    const id = await this.place("SLO1");
    return { id, ...(await this.readerOf(await this.reaches(id, "recognizing"))) };
  }

  /** The worker of the order's last attempt, with its container. */
  async readerOf({ attempts }: OrderView): Promise<{ name: string; worker: TestContainer }> {
    const name = attempts.at(-1)?.worker ?? "nobody";
    const containers = await this.#stack.clone.containers("ocr-worker");
    const worker = containers.find((container) => container.name.includes(`-${name}-`));
    if (worker === undefined) throw new Error(`no container is named ${name}`);
    return { name, worker };
  }

  /** Ids by `GET /orders`, newest first. */
  listed(title: string): Promise<string[]> {
    return this.#stack.customer.orderIds(`title_number=${title}`, this.#user);
  }

  /** The ids of all customers' orders, sorted: those in Redis, and those in the lists of the customers. */
  async stored(): Promise<string[]> {
    const keys = await this.#stack.redis("--scan", "--pattern", "order:*");
    const lists = await this.#stack.redis("--scan", "--pattern", "user:*:orders");
    const listed = await Promise.all(lists.map((list) => this.#stack.redis("ZRANGE", list, "0", "-1")));
    return [...new Set([...keys.map((key) => key.split(":")[1] ?? ""), ...listed.flat()])].sort();
  }

  /** The result of a completed order: its attempt and its text. */
  async result(id: string): Promise<{ attempt: number; text: string }> {
    const attempt = (await this.view(id)).attempts.find(({ outcome }) => outcome === "completed")?.attempt;
    const { text } = z.object({ text: z.string() }).parse(await this.#read(`/orders/${id}/result.txt`));
    return { attempt: attempt ?? 0, text };
  }

  /** Places one order for each worker at once. @returns the names of the workers that took them */
  async workersAtWork(): Promise<Set<string | undefined>> {
    const workers = await this.#stack.clone.containers("ocr-worker");
    const ids = await Promise.all(workers.map(() => this.place("MS2000")));
    const views = await Promise.all(ids.map((id) => this.ended(id)));
    return new Set(views.map(({ attempts }) => attempts[0]?.worker));
  }

  async #read(path: string): Promise<unknown> {
    return (await this.#stack.customer.found(path, this.#user)).body;
  }
}

/** The id of the order in an answer 202; throws for any other answer. */
export function accepted({ status, body }: Answer): string {
  if (status !== 202) throw new Error(`the order was answered ${status}: ${JSON.stringify(body)}`);
  return z.uuid().parse(body.order_id);
}

/** The outcome of each attempt. */
export function outcomes({ attempts }: OrderView) {
  return attempts.map(({ outcome }) => outcome);
}

export function statuses({ history }: OrderView): OrderStatus[] {
  return history.map(({ status }) => status);
}

/** The statuses of an order whose first worker was lost while it read. */
export const statusesOfTwoAttempts: readonly OrderStatus[] = [
  ...(["queued", "fetching", "recognizing"] as const),
  ...(["queued", "fetching", "recognizing", "completed"] as const),
];
