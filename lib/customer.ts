import { z } from "zod";
import { poll } from "./poll.ts";

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });
const acceptedSchema = z.object({ order_id: z.string() });
const viewSchema = z.looseObject({ status: z.string(), finished_at: z.string().nullable() });
const listSchema = z.object({ orders: z.array(acceptedSchema), next: z.string().nullable() });

/** A username and its password. */
export type Credentials = { readonly username: string; readonly password: string };

/** The password of the demo users is public. */
const alice: Credentials = { username: "alice", password: "password" };

/** An answer with its whole text. `body` is the parsed JSON, or `{text}` for any other type. */
export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

/** An order as the API shows it. `finished_at` is null until the order has ended. */
export type OrderView = z.output<typeof viewSchema>;

type Body = FormData | URLSearchParams | string;
export type Request = { token?: string; body?: Body; headers?: Record<string, string> };

/** A status other than the expected one. The message contains the answer. */
export class UnexpectedAnswer extends Error {
  constructor(path: string, { status, text }: Pick<Answer, "status" | "text">) {
    super(`${path} answered ${status}: ${text}`);
  }
}

/** A client of a stack's APIs. Methods reject with the errors of `fetch` if there is no complete answer. */
export class Customer {
  readonly #url: string;
  readonly #limitMs: number | undefined;
  readonly #user: Credentials;
  readonly #logins = new Map<string, { token: Promise<string>; until: number }>();

  /**
   * `limitMs`: how long an answer may take; without it there is no limit. `user`: who logs in, unless a
   * method names a demo user.
   */
  constructor(url: string, { limitMs, user = alice }: { limitMs?: number; user?: Credentials } = {}) {
    this.#url = url;
    this.#limitMs = limitMs;
    this.#user = user;
  }

  /** Logs in. Throws UnexpectedAnswer if that fails. @returns a new token */
  async token(username = this.#user.username): Promise<string> {
    return (await this.#logIn(username)).access_token;
  }

  /** Returns the last token, or logs in if it is too old. Calls at the same time share one login. */
  validToken(username = this.#user.username): Promise<string> {
    const last = this.#logins.get(username);
    if (last && Date.now() < last.until) return last.token;
    const token = this.#logIn(username).then(({ access_token, expires_in }) => {
      // Half of the token's time is left for the request that uses it.
      login.until = Date.now() + expires_in * 500;
      return access_token;
    });
    const login = { token, until: Number.POSITIVE_INFINITY };
    this.#logins.set(username, login);
    token.catch(() => this.#logins.delete(username));
    return token;
  }

  /** Sends an order, and accepts any answer. */
  async order(titleNumber: string, documentType: string, username = this.#user.username): Promise<Answer> {
    const form = { title_number: titleNumber, document_type: documentType };
    return this.post("/orders", { ...form, token: await this.validToken(username) });
  }

  /** Places an order. Throws UnexpectedAnswer if it is not accepted. @returns its id */
  async place(titleNumber: string, documentType: string, username = this.#user.username): Promise<string> {
    const answer = await this.order(titleNumber, documentType, username);
    if (answer.status !== 202) throw new UnexpectedAnswer("/orders", answer);
    return acceptedSchema.parse(answer.body).order_id;
  }

  async view(orderId: string, username = this.#user.username): Promise<OrderView> {
    return viewSchema.parse((await this.found(`/orders/${orderId}`, username)).body);
  }

  /** Waits for the order's end. Throws the error of `late` if it takes longer than `waitSeconds`. */
  async ended(
    orderId: string,
    username = this.#user.username,
    waitSeconds = 90,
    late = (view: OrderView): Error =>
      new Error(`order ${orderId} has no end after ${waitSeconds} s: ${JSON.stringify(view)}`),
  ): Promise<OrderView> {
    let view: OrderView = { status: "unknown", finished_at: null };
    const look = async () => {
      view = await this.view(orderId, username);
      return view.finished_at === null ? undefined : view;
    };
    return poll(look, { everyMs: 200, limitMs: waitSeconds * 1000, late: () => late(view) });
  }

  /** Waits for the order's end. @returns its last view, and its text, which is "" without a result */
  async delivery(
    orderId: string,
    username = this.#user.username,
    waitSeconds = 90,
  ): Promise<{ view: OrderView; text: string }> {
    const view = await this.ended(orderId, username, waitSeconds);
    return { view, text: view.status === "completed" ? await this.text(orderId, username) : "" };
  }

  async text(orderId: string, username = this.#user.username): Promise<string> {
    return (await this.found(`/orders/${orderId}/result.txt`, username)).text;
  }

  /** The order's result in the format of the suffix. */
  async result(orderId: string, suffix: string, username = this.#user.username): Promise<Uint8Array> {
    const path = `/orders/${orderId}/result.${suffix}`;
    const response = await this.#fetch("GET", path, { token: await this.validToken(username) });
    if (response.status !== 200) {
      throw new UnexpectedAnswer(path, { status: response.status, text: await response.text() });
    }
    return response.bytes();
  }

  /** The ids of the user's orders, newest first. `filter` is a query such as `title_number=AB1`. */
  async orderIds(filter = "", username = this.#user.username): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const path: string = `/orders?limit=100&${filter}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: z.output<typeof listSchema> = listSchema.parse((await this.found(path, username)).body);
      ids.push(...page.orders.map(({ order_id }) => order_id));
      cursor = page.next;
    }
    return ids;
  }

  /** Follows the order until its end. @returns the data of each event */
  async events(orderId: string, username = this.#user.username): Promise<Record<string, unknown>[]> {
    const { text } = await this.found(`/orders/${orderId}/events`, username);
    return [...text.matchAll(/^data: (.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
  }

  async cancel(orderId: string, username = this.#user.username): Promise<Answer> {
    return this.ask("DELETE", `/orders/${orderId}`, { token: await this.validToken(username) });
  }

  post(path: string, form: Record<string, string>, token?: string): Promise<Answer> {
    return this.ask("POST", path, { body: new URLSearchParams(form), ...(token !== undefined && { token }) });
  }

  get(path: string, token?: string): Promise<Answer> {
    return this.ask("GET", path, token === undefined ? {} : { token });
  }

  /** Gets what is there. Throws UnexpectedAnswer unless the answer is 200. */
  async found(path: string, username = this.#user.username): Promise<Answer> {
    const answer = await this.get(path, await this.validToken(username));
    if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
    return answer;
  }

  /** Sends any request, and accepts any answer. */
  async ask(method: string, path: string, request: Request = {}): Promise<Answer> {
    const { status, headers, text } = await this.#fetch(method, path, request).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    }));
    const isJson = headers.get("content-type")?.includes("json") ?? false;
    return { status, headers, text, body: isJson ? JSON.parse(text) : { text } };
  }

  async #logIn(username: string): Promise<z.output<typeof tokenSchema>> {
    const { password } = username === this.#user.username ? this.#user : alice;
    const answer = await this.post("/token", { username, password });
    if (answer.status !== 200) throw new UnexpectedAnswer("/token", answer);
    return tokenSchema.parse(answer.body);
  }

  #fetch(method: string, path: string, { token, body, headers }: Request): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      ...(body !== undefined && { body }),
      ...(this.#limitMs !== undefined && { signal: AbortSignal.timeout(this.#limitMs) }),
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
  }
}
