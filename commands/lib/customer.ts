import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";

const token = z.object({ access_token: z.string() });
const accepted = z.object({ order_id: z.string() });
const view = z.object({
  status: z.string(),
  reason: z.object({ message: z.string() }).nullish(),
});

export interface Order {
  readonly titleNumber: string;
  readonly documentType: string;
}

export interface Delivery {
  readonly orderId: string;
  readonly text: string;
  /** From the acceptance of the order to its end. */
  readonly milliseconds: number;
}

/**
 * Logs in, places the order and waits for its text.
 * @throws Failure with the answer, if it is an error, or if the order does not complete in time
 */
export async function orderAsCustomer(url: string, order: Order, waitSeconds = 120): Promise<Delivery> {
  const credentials = { username: "alice", password: "password" };
  const fetchToken = async () => token.parse(await ask(`${url}/token`, { form: credentials })).access_token;
  const form = {
    title_number: order.titleNumber,
    document_type: order.documentType,
    token: await fetchToken(),
  };
  const { order_id: orderId } = accepted.parse(await ask(`${url}/orders`, { form }));
  const startedAt = performance.now();

  const giveUpAt = Date.now() + waitSeconds * 1000;
  for (;;) {
    // A token is valid for seconds only, and an order may wait longer than that.
    const authorization = `Bearer ${await fetchToken()}`;
    const { status, reason } = view.parse(await ask(`${url}/orders/${orderId}`, { authorization }));
    if (status === "completed") {
      const milliseconds = Math.round(performance.now() - startedAt);
      const text = z.string().parse(await ask(`${url}/orders/${orderId}/result.txt`, { authorization }));
      return { orderId, text, milliseconds };
    }
    if (status === "failed") {
      throw new Failure(
        `The order ${orderId} failed: ${reason?.message}`,
        "See the workers' log: `docker logs <worker>`.",
      );
    }
    if (status === "cancelled") {
      throw new Failure(`The order ${orderId} was cancelled.`, "Order again.");
    }
    if (Date.now() > giveUpAt) {
      throw new Failure(
        `The order ${orderId} is still ${status} after ${waitSeconds} s.`,
        "Check whether the workers run (`docker ps`) and read their logs (`docker logs <worker>`).",
      );
    }
    await pause(250);
  }
}

async function ask(
  url: string,
  request: { form?: Record<string, string>; authorization?: string },
): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(15_000),
    ...(request.form ? { method: "POST", body: new URLSearchParams(request.form) } : {}),
    ...(request.authorization ? { headers: { authorization: request.authorization } } : {}),
  }).catch((cause: Error) => {
    throw new Failure(
      `${url} does not answer: ${cause.cause instanceof Error ? cause.cause.message : cause.message}`,
      "Check whether the router runs (`docker ps`), and whether a proxy intercepts the request " +
        "(NO_PROXY=localhost).",
      { cause },
    );
  });
  const body = await response.text();
  if (!response.ok) {
    throw new Failure(
      `${new URL(url).pathname} answered ${response.status}: ${body}`,
      "See the services' logs: `docker logs <container>`.",
    );
  }
  return response.headers.get("content-type")?.includes("json") ? JSON.parse(body) : body;
}
