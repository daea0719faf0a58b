import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { PlannedOrder } from "./plan.ts";
import type { FinalOrder, LedgerEntry, Placement } from "./verdict.ts";

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const orderAnswer = z.object({ order_id: z.string() });
const listAnswer = z.object({
  orders: z.array(z.object({ order_id: z.string(), status: z.string() })),
  next: z.string().nullable(),
});
const viewAnswer = z.object({
  order_id: z.string(),
  title_number: z.string(),
  status: z.string(),
  reason: z.object({ code: z.string() }).nullish(),
  history: z.array(z.object({ status: z.string() })),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});

/** `seconds` from the acceptance to the end; undefined if the order did not end. */
export type FinalView = { order: FinalOrder; seconds: number | undefined };

/** `status` is undefined if no complete answer came. */
type Answer = { status: number | undefined; text: string };

const answerLimitMs = 15_000;
const betweenTriesMs = 500;

/** A customer who records every answer and repeats requests until the service is back. */
export class PatientCustomer {
  readonly #url: string;
  readonly #giveUpAt: number;
  #token: { value: string; until: number } | undefined;

  /** `giveUpAt` in ms since the epoch: a request that is still unanswered then fails the run. */
  constructor(url: string, giveUpAt: number) {
    this.#url = url;
    this.#giveUpAt = giveUpAt;
  }

  /** Places the order, and cancels it if the plan says so. */
  async place(order: PlannedOrder): Promise<LedgerEntry> {
    const placement = await this.#order(order);
    if (placement.outcome !== "accepted" || order.cancelAfterMs === undefined)
      return { order, placement, cancellation: undefined };
    await pause(order.cancelAfterMs);
    const { status } = await this.#ask("DELETE", `/orders/${placement.orderId}`);
    const cancellation = status === 200 ? "cancelled" : status === 409 ? "refused" : "unknown";
    return { order, placement, cancellation };
  }

  /** Waits until all orders have ended, at most until `giveUpAt`. @returns all orders */
  async finals(): Promise<FinalView[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: z.output<typeof listAnswer> = listAnswer.parse(
        await this.#read(`/orders?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`),
      );
      ids.push(...page.orders.map(({ order_id }) => order_id));
      cursor = page.next;
    }
    const finals: FinalView[] = [];
    for (const id of ids) finals.push(await this.#final(id));
    return finals;
  }

  async #order(order: PlannedOrder): Promise<Placement> {
    const form = { title_number: order.titleNumber, document_type: "lease" };
    const headers = order.key === undefined ? {} : { "Idempotency-Key": order.key };
    for (;;) {
      const { status, text } = await this.#ask("POST", "/orders", { form, headers });
      if (status === 202) {
        return { outcome: "accepted", orderId: orderAnswer.parse(JSON.parse(text)).order_id };
      }
      if (order.key === undefined) return { outcome: status === 503 ? "refused" : "unknown" };
      // Answers that a fault may cause, and 409 while the first request with this key is under way.
      if (!(status === undefined || status === 409 || status >= 500))
        throw new Error(`${order.titleNumber} was answered ${status}: ${text}`);
      await this.#wait(`${order.titleNumber} is not accepted`);
    }
  }

  async #final(id: string): Promise<FinalView> {
    for (;;) {
      const view = viewAnswer.parse(await this.#read(`/orders/${id}`));
      const { status, finished_at } = view;
      if (finished_at === null && Date.now() < this.#giveUpAt) {
        await pause(betweenTriesMs);
        continue;
      }
      const order = {
        orderId: view.order_id,
        titleNumber: view.title_number,
        status,
        reasonCode: view.reason?.code,
        history: view.history.map((step) => step.status),
        text: status === "completed" ? String(await this.#read(`/orders/${id}/result.txt`)) : undefined,
      };
      const ms = finished_at === null ? undefined : Date.parse(finished_at) - Date.parse(view.created_at);
      return { order, seconds: ms === undefined ? undefined : ms / 1000 };
    }
  }

  async #read(path: string): Promise<unknown> {
    for (;;) {
      const { status, text } = await this.#ask("GET", path);
      if (status === 200) return path.endsWith(".txt") ? text : JSON.parse(text);
      if (status !== undefined && status < 500) throw new Error(`${path} was answered ${status}: ${text}`);
      await this.#wait(`${path} does not answer`);
    }
  }

  async #ask(
    method: string,
    path: string,
    { form, headers }: { form?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const authorization = `Bearer ${await this.#validToken()}`;
    return this.#send(method, path, { ...headers, authorization }, form);
  }

  async #validToken(): Promise<string> {
    while (this.#token === undefined || Date.now() > this.#token.until) {
      const credentials = { username: "alice", password: "password" };
      const { status, text } = await this.#send("POST", "/token", {}, credentials);
      if (status === 200) {
        const { access_token, expires_in } = tokenAnswer.parse(JSON.parse(text));
        this.#token = { value: access_token, until: Date.now() + (expires_in - answerLimitMs / 1000) * 1000 };
      } else {
        await this.#wait("no token is to be had");
      }
    }
    return this.#token.value;
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    form?: Record<string, string>,
  ): Promise<Answer> {
    const body = form && { body: new URLSearchParams(form) };
    const signal = AbortSignal.timeout(answerLimitMs);
    try {
      const response = await fetch(`${this.#url}${path}`, { method, headers, signal, ...body });
      return { status: response.status, text: await response.text() };
    } catch {
      // A fault cut the connection: try again.
      return { status: undefined, text: "" };
    }
  }

  async #wait(what: string): Promise<void> {
    if (Date.now() > this.#giveUpAt) throw new Error(`${what}, although the faults are over`);
    await pause(betweenTriesMs);
  }
}
