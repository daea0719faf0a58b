import { ProofCustomer } from "./proof-customer.ts";
import { ProofFailure } from "./proof-failure.ts";
import { textFault } from "./sample-page.ts";
import { silence, type User } from "./stack-client.ts";

export type SampleOptions = {
  /** Where this machine reaches the router. */
  url: string;
  /** The stack's own user. */
  user: User;
  /** The setting `ocrLanguages`. */
  languages: string;
  /** The name of the stack, for the command that a failure names. */
  stack: string;
  /** How long the order may take. */
  waitSeconds?: number;
  /** How long the stack may be busy or not answer. */
  patienceSeconds?: number;
  /** Is told why the order could not be removed. */
  onLeft?: (message: string) => void;
};

/** `seconds`: from the login to the compared text, with one decimal. */
export type OrderedSample = { orderId: string; seconds: number; text: string };

/**
 * Orders the sample page as a customer does, compares its text, and removes the order again, also after a
 * failure. The page is uploaded, so that no document source is needed. @throws ProofFailure
 */
export async function orderSample(options: SampleOptions): Promise<OrderedSample> {
  const { url, user, languages, waitSeconds = 120, patienceSeconds = 10 } = options;
  const startedAt = performance.now();
  const customer = new ProofCustomer(url, user, patienceSeconds);
  const failing = failures(options);
  await customer.logIn().catch(failing("The proof got no token.", "npm run logs -- auth-api"));
  const orderId = await customer
    .order()
    .catch(failing("The order of the proof was not accepted.", "npm run logs -- order-api"));
  const ofOrder = (what: string) => failing(what, `npm run logs -- --order ${orderId}`, orderId);
  try {
    const view = await customer
      .follow(orderId, waitSeconds)
      .catch(ofOrder("The order of the proof cannot be followed."));
    if (view.finished_at === null) {
      ofOrder("The order of the proof did not end.")(
        new Error(`It is ${view.status} after ${waitSeconds} s.`),
      );
    }
    if (view.status !== "completed")
      ofOrder("The order of the proof failed.")(new Error(view.reason?.message ?? `It is ${view.status}.`));
    const text = await customer.text(orderId).catch(ofOrder("The text of the proof cannot be fetched."));
    const fault = textFault(text, languages);
    if (fault !== undefined) ofOrder("The text of the proof is wrong.")(new Error(fault));
    return { orderId, text, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
  } finally {
    await customer.remove(orderId).catch((error: unknown) => {
      options.onLeft?.(`The order ${orderId} could not be removed: ${reasonText(error, url)}`);
    });
  }
}

/** Makes functions that throw an error of a step as the failure of the proof. */
function failures({ url, stack }: SampleOptions) {
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  return (what: string, next: string, orderId?: string) =>
    (error: unknown): never => {
      const command = silence(error) === undefined ? `${next}${option}` : "npm run doctor";
      const reason = reasonText(error, url);
      throw new ProofFailure({ what, orderId, reason, next: command }, { cause: error });
    };
}

function reasonText(error: unknown, url: string): string {
  const silent = silence(error);
  if (silent !== undefined) return `${url} does not answer: ${silent}`;
  return error instanceof Error ? error.message : String(error);
}
