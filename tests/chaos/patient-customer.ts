import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import {
  type Answer,
  type Credentials,
  Customer,
  type Request,
  UnexpectedAnswer,
} from "../../lib/customer.ts";
import { poll } from "../../lib/poll.ts";
import type { PlannedOrder } from "./plan.ts";
import type { Scans } from "./scans.ts";
import type { FinalOrder, LedgerEntry, Placement } from "./verdict.ts";

const orderAnswer = z.object({ order_id: z.string() });
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

const answerLimitMs = 15_000;
const betweenTriesMs = 500;

/** A customer who records every answer and repeats requests until the service is back. */
export class PatientCustomer {
  readonly #customer: Customer;
  readonly #scans: Scans;
  readonly #giveUpAt: number;

  /**
   * `scans`: the documents that the orders bring. `giveUpAt` in ms since the epoch: a request that is still
   * unanswered then fails the run.
   */
  constructor(url: string, user: Credentials, scans: Scans, giveUpAt: number) {
    this.#scans = scans;
    this.#customer = new Customer(url, { limitMs: answerLimitMs, user });
    this.#giveUpAt = giveUpAt;
  }

  /** Places the order, and cancels it if the plan says so. */
  async place(order: PlannedOrder): Promise<LedgerEntry> {
    const placement = await this.#order(order);
    if (placement.outcome !== "accepted" || order.cancelAfterMs === undefined)
      return { order, placement, cancellation: undefined };
    await pause(order.cancelAfterMs);
    const status = (await this.#ask("DELETE", `/orders/${placement.orderId}`))?.status;
    const cancellation = status === 200 ? "cancelled" : status === 409 ? "refused" : "unknown";
    return { order, placement, cancellation };
  }

  /** Waits until all orders have ended, at most until `giveUpAt`. @returns all orders */
  async finals(): Promise<FinalView[]> {
    const ids = await this.#until("the list of orders", () => this.#customer.orderIds().catch(passing));
    const finals: FinalView[] = [];
    for (const id of ids) finals.push(await this.#final(id));
    return finals;
  }

  async #order({ titleNumber, key, document, isUpload }: PlannedOrder): Promise<Placement> {
    const form = { title_number: titleNumber, document_type: "lease" };
    const headers = key === undefined ? {} : { "Idempotency-Key": key };
    const scan = isUpload ? this.#scans[document] : undefined;
    const body = scan ? uploadOf(form, scan) : new URLSearchParams(form);
    const send = () => this.#ask("POST", "/orders", { body, headers });
    const placed = async (): Promise<Placement | undefined> => {
      const answer = await send();
      if (answer?.status === 202) {
        return { outcome: "accepted", orderId: orderAnswer.parse(answer.body).order_id };
      }
      if (key === undefined) return { outcome: answer?.status === 503 ? "refused" : "unknown" };
      // With 409 the first request with this key is still running. The other answers come from faults.
      if (!answer || answer.status === 409 || answer.status >= 500) return undefined;
      throw new UnexpectedAnswer(`the order of ${titleNumber}`, answer);
    };
    return this.#until(`the order of ${titleNumber}`, placed);
  }

  async #final(id: string): Promise<FinalView> {
    const ended = async () => {
      const view = viewAnswer.parse((await this.#read(`/orders/${id}`)).body);
      return view.finished_at !== null || Date.now() >= this.#giveUpAt ? view : undefined;
    };
    const view = await this.#until(`the end of ${id}`, ended);
    const { status, finished_at } = view;
    const order = {
      orderId: view.order_id,
      titleNumber: view.title_number,
      status,
      reasonCode: view.reason?.code,
      history: view.history.map((step) => step.status),
      text: status === "completed" ? (await this.#read(`/orders/${id}/result.txt`)).text : undefined,
    };
    const ms = finished_at === null ? undefined : Date.parse(finished_at) - Date.parse(view.created_at);
    return { order, seconds: ms === undefined ? undefined : ms / 1000 };
  }

  #read(path: string): Promise<Answer> {
    return this.#until(path, async () => {
      const answer = await this.#ask("GET", path);
      if (!answer || answer.status >= 500) return undefined;
      if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
      return answer;
    });
  }

  /** Undefined if a fault cut the connection before the answer was complete. */
  async #ask(method: string, path: string, request: Request = {}): Promise<Answer | undefined> {
    const token = await this.#until("a token", () => this.#customer.validToken().catch(passing));
    return this.#customer.ask(method, path, { ...request, token }).catch(passing);
  }

  #until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const late = () => new Error(`${what} did not come although the faults are over`);
    return poll(look, { everyMs: betweenTriesMs, limitMs: this.#giveUpAt - Date.now(), late });
  }
}

function uploadOf(form: Record<string, string>, scan: Uint8Array<ArrayBuffer>): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) body.set(name, value);
  body.set("document", new Blob([scan]), "scan");
  return body;
}

/** Every failure may come from a fault, so the request is repeated. */
function passing(): undefined {
  return undefined;
}
