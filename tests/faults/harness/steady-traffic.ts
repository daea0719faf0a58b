import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { type Answer, Customer } from "../../../lib/customer.ts";

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });
const orderSchema = z.object({ order_id: z.uuid() });
const codeSchema = z.object({ code: z.string() });

/** The document source of the fault tests has no such document, so the worker ends these orders at once. */
const order = { title_number: "OW00000404", document_type: "lease" };
/** Between two requests of one client. */
const pauseMs = 20;
/** An answer that takes longer counts as failed. */
const limitMs = 15_000;

export type TrafficReport = {
  /** Answered requests by kind. */
  requests: Record<string, number>;
  /** Requests that did not get the expected status, by what they got. */
  failures: Record<string, number>;
  /** From the start of the first failed request to the end of the last; 0 without failures. */
  failingMs: number;
  slowestMs: number;
  orderIds: string[];
};

/**
 * Clients that sign in and order all the time. Some use each token once, and others until 3 s before it
 * expires.
 */
export class SteadyTraffic {
  readonly #customer: Customer;
  readonly #report: TrafficReport = {
    requests: {},
    failures: {},
    failingMs: 0,
    slowestMs: 0,
    orderIds: [],
  };
  readonly #clients: Promise<void>[];
  #isStopping = false;
  #firstFailureAt: number | undefined;

  constructor(url: string, { quick = 1, patient = 3 } = {}) {
    this.#customer = new Customer(url, { limitMs });
    this.#clients = [
      ...Array.from({ length: quick }, () => this.#run(0)),
      ...Array.from({ length: patient }, () => this.#run(3000)),
    ];
  }

  get requests(): number {
    return Object.values(this.#report.requests).reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<TrafficReport> {
    this.#isStopping = true;
    await Promise.all(this.#clients);
    return this.#report;
  }

  /** `lastMs`: how long before its end a token is last used; 0 if each token is used once. */
  async #run(lastMs: number): Promise<void> {
    while (!this.#isStopping) {
      const login = { username: "alice", password: "password" };
      const answer = await this.#send("sign-in", 200, () => this.#customer.post("/token", login));
      const token = tokenSchema.safeParse(answer).data;
      const until = Date.now() + (token?.expires_in ?? 0) * 1000 - lastMs;
      while (token !== undefined && !this.#isStopping) {
        await this.#order(token.access_token);
        await pause(pauseMs);
        if (lastMs === 0 || Date.now() > until) break;
      }
      if (token === undefined) await pause(pauseMs);
    }
  }

  async #order(token: string): Promise<void> {
    const placed = await this.#send("order", 202, () => this.#customer.post("/orders", order, token));
    const id = orderSchema.safeParse(placed).data?.order_id;
    if (id === undefined) return;
    this.#report.orderIds.push(id);
    await this.#send("status", 200, () => this.#customer.get(`/orders/${id}`, token));
  }

  async #send(kind: string, expected: number, request: () => ReturnType<Customer["post"]>): Promise<unknown> {
    const { requests, failures } = this.#report;
    const startedAt = performance.now();
    const answer = await request().catch((error: unknown) => errorCodeOf(error));
    const endedAt = performance.now();
    requests[kind] = (requests[kind] ?? 0) + 1;
    this.#report.slowestMs = Math.max(this.#report.slowestMs, Math.round(endedAt - startedAt));
    if (typeof answer !== "string" && answer.status === expected) return answer.body;
    this.#firstFailureAt ??= startedAt;
    this.#report.failingMs = Math.round(endedAt - this.#firstFailureAt);
    const failure = `${kind}: ${typeof answer === "string" ? answer : describe(answer)}`;
    failures[failure] = (failures[failure] ?? 0) + 1;
    return undefined;
  }
}

/** The code of the system's error, such as ECONNREFUSED, or else the error's own text. */
function errorCodeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return codeSchema.safeParse(cause).data?.code ?? `${error} ${cause ?? ""}`.trim();
}

/** The status, the code of a problem document, and `Retry-After`, as far as the answer has them. */
function describe({ status, headers, body }: Answer): string {
  const retryAfter = headers.get("retry-after");
  const code = codeSchema.safeParse(body).data?.code;
  return [status, code, retryAfter && `Retry-After ${retryAfter}`].filter((part) => part).join(" ");
}
