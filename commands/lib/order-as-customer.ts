import { type Credentials, Customer, type OrderView, UnexpectedAnswer } from "../../lib/customer.ts";
import { Failure } from "../../lib/failure.ts";

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
 * @throws Failure if there is no answer, if an answer is an error, or if the order does not complete in time
 */
export async function orderAsCustomer(
  url: string,
  user: Credentials,
  order: Order,
  waitSeconds = 120,
): Promise<Delivery> {
  const customer = new Customer(url, { limitMs: 15_000, user });
  try {
    const orderId = await customer.place(order.titleNumber, order.documentType);
    const startedAt = performance.now();
    const view = await customer.ended(orderId, user.username, waitSeconds, ({ status }) =>
      stillRunning(orderId, status, waitSeconds),
    );
    const milliseconds = Math.round(performance.now() - startedAt);
    if (view.status !== "completed") throw withoutText(orderId, view);
    return { orderId, text: await customer.text(orderId), milliseconds };
  } catch (error) {
    throw asFailure(url, error);
  }
}

function stillRunning(orderId: string, status: string, waitSeconds: number): Failure {
  return new Failure(
    `The order ${orderId} is still ${status} after ${waitSeconds} s.`,
    `Read what happened to it: npm run logs -- --order ${orderId}`,
  );
}

function withoutText(orderId: string, { status, reason }: OrderView): Failure {
  if (status === "cancelled") return new Failure(`The order ${orderId} was cancelled.`, "Order again.");
  const message = reason && typeof reason === "object" && "message" in reason ? reason.message : status;
  return new Failure(
    `The order ${orderId} failed: ${message}`,
    `Read what happened to it: npm run logs -- --order ${orderId}`,
  );
}

function asFailure(url: string, error: unknown): unknown {
  if (error instanceof UnexpectedAnswer) {
    return new Failure(error.message, "Read the services' logs: npm run logs");
  }
  // `fetch` rejects with a TypeError, whose cause has the reason, or with the timeout's DOMException.
  const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
  const reason = error instanceof TypeError ? error.cause : isTimeout ? error : undefined;
  if (!(reason instanceof Error)) return error;
  return new Failure(
    `${url} does not answer: ${reason.message}`,
    "Check whether the router runs (`docker ps`), and whether a proxy intercepts the request " +
      "(NO_PROXY=localhost).",
    { cause: error },
  );
}
