import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Customer } from "../../lib/customer.ts";

/** This document does not exist, so that a worker ends its order at once. */
const missing = { titleNumber: "OW99999999", documentType: "lease" };
const askEveryMs = 10;
/** A change that is not seen by then is not seen at all. */
const limitMs = 300_000;

/** A change of a service that its answers show. */
export type Change = {
  service: string;
  /** Where the router passes requests to it. */
  prefix: string;
  /** Makes the change with this number in a clone. */
  save(folder: string, number: number): Promise<void>;
  /**
   * Whether the service answers with the change of this number. Rejects if there is no answer.
   * @param base its address, with the prefix if the router is asked
   */
  isSeen(base: string, number: number): Promise<boolean>;
};

const notice = "There is no document of this type for this title number.";

/** One for each service. */
export const changes: readonly Change[] = [
  changeOfApi("auth-api", "/authentication"),
  changeOfApi("order-api", "/order"),
  {
    service: "ocr-worker",
    prefix: "",
    save: (folder, number) =>
      save(folder, "services/ocr-worker/src/failure.ts", (text) =>
        text.replace(/document_not_found: ".*"/, `document_not_found: "${notice} (${number})"`),
      ),
    isSeen: async (base, number) => {
      const customer = customerOf(base);
      const orderId = await customer.place(missing.titleNumber, missing.documentType);
      for (;;) {
        const { finished_at, reason } = await customer.view(orderId);
        if (finished_at !== null) return JSON.stringify(reason).includes(`(${number})`);
        await pause(askEveryMs);
      }
    },
  },
];

const customers = new Map<string, Customer>();

/** One for each address, so that a token serves for several orders. */
function customerOf(url: string): Customer {
  const customer = customers.get(url) ?? new Customer(url);
  customers.set(url, customer);
  return customer;
}

/** A new route of an API, at a prefix of the router. */
function changeOfApi(service: string, prefix: string): Change {
  const begin = /( {2}const app = createHttpApp\(.*\);)(?:\n {2}app\.get\("\/saved".*)?/;
  return {
    ...{ service, prefix },
    save: (folder, number) =>
      save(folder, `services/${service}/src/app.ts`, (text) =>
        text.replace(begin, (_, line) => `${line}\n  app.get("/saved", (c) => c.text("${number}"));`),
      ),
    isSeen: async (base, number) => (await (await fetch(`${base}/saved`)).text()) === String(number),
  };
}

/** Saves a file as many editors do: another file takes its place. */
async function save(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const target = path.join(folder, file);
  const before = await readFile(target, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} is not as this benchmark expects it`);
  const beside = path.join(path.dirname(target), ".saved");
  await writeFile(beside, after);
  await rename(beside, target);
}

/** Asks again and again until the change is seen. Failures meanwhile count as not seen. */
export async function untilSeen(change: Change, base: string, number: number): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  for (let cause: unknown; ; ) {
    try {
      if (await change.isSeen(base, number)) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`change ${number} of ${change.service} is not seen`, { cause });
    }
    await pause(askEveryMs);
  }
}
