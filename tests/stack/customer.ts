import { hasEnded, orderStatusSchema } from "@orbital-witness/common/orders/order.ts";

/** A customer of the stack under test. Errors include the answers. */
export class Customer {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async token(username = "alice"): Promise<string> {
    const { body } = await this.post("/token", { username, password: "password" });
    if (typeof body.access_token !== "string") {
      throw new Error(`no token: ${JSON.stringify(body)}`);
    }
    return body.access_token;
  }

  async order(titleNumber: string, documentType: string, username = "alice") {
    const form = { title_number: titleNumber, document_type: documentType };
    return this.post("/orders", { ...form, token: await this.token(username) });
  }

  /** Waits for the order's end. @returns its last view, and its text if it has one */
  async delivery(
    orderId: string,
    username = "alice",
    waitSeconds = 90,
  ): Promise<{ view: Record<string, unknown>; text: string }> {
    const giveUpAt = Date.now() + waitSeconds * 1000;
    for (;;) {
      const token = await this.token(username);
      const { body: view } = await this.get(`/orders/${orderId}`, token);
      if (hasEnded(orderStatusSchema.parse(view.status))) {
        const response = await this.#ask("GET", `/orders/${orderId}/result.txt`, undefined, token);
        return { view, text: view.status === "completed" ? await response.text() : "" };
      }
      if (Date.now() > giveUpAt) {
        throw new Error(`order ${orderId} has no end after ${waitSeconds} s: ${JSON.stringify(view)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** The order's result in the format of the suffix. */
  async result(orderId: string, suffix: string, username = "alice"): Promise<Uint8Array> {
    const path = `/orders/${orderId}/result.${suffix}`;
    const response = await this.#ask("GET", path, undefined, await this.token(username));
    if (response.status !== 200) throw new Error(`${path} was answered ${response.status}`);
    return response.bytes();
  }

  /** Follows the order until its end. @returns the data of each event */
  async events(orderId: string, username = "alice"): Promise<Record<string, unknown>[]> {
    const response = await this.#ask(
      "GET",
      `/orders/${orderId}/events`,
      undefined,
      await this.token(username),
    );
    const data = [...(await response.text()).matchAll(/^data: (.*)$/gm)];
    return data.map(([, json = ""]) => JSON.parse(json));
  }

  async post(path: string, form: Record<string, string>, token?: string) {
    return read(await this.#ask("POST", path, new URLSearchParams(form), token));
  }

  async get(path: string, token?: string) {
    return read(await this.#ask("GET", path, undefined, token));
  }

  async cancel(orderId: string, username = "alice") {
    return read(await this.#ask("DELETE", `/orders/${orderId}`, undefined, await this.token(username)));
  }

  async send(path: string, body: FormData | string, contentType?: string) {
    return read(await this.#ask("POST", path, body, undefined, contentType));
  }

  #ask(
    method: string,
    path: string,
    body?: FormData | URLSearchParams | string,
    token?: string,
    contentType?: string,
  ) {
    return fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
    });
  }
}

async function read(response: Response) {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  const body: Record<string, unknown> = isJson ? JSON.parse(text) : { text };
  return { status: response.status, headers: response.headers, body };
}
