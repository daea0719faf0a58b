import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { Customer, UnexpectedAnswer } from "../../lib/customer.ts";
import { Failure, runCommand } from "../../lib/failure.ts";
import { positiveOption } from "../../lib/positive-option.ts";
import { say } from "../../lib/terminal.ts";
import { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import { median, printTable } from "../figures.ts";
import { placeOrders } from "../orders/load.ts";
import { MeasuredRedis } from "../orders/measured-redis.ts";
import { scannedPdf } from "../reading/documents.ts";
import { startSpanReceiver } from "./span-receiver.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "5" },
    pages: { type: "string", default: "24" },
    documents: { type: "string", default: "5" },
  },
});
const connections = 16;

type Subject = { name: "off" | "on"; clone: StackUnderTest; customer: Customer; url: string };

/**
 * `npm run bench:observability`: orders per second and pages per minute of a stack with the metrics store and
 * traces, beside a stack without. The two take turns. The workers of the one that has no turn are paused.
 */
await runCommand(async () => {
  const rounds = positiveOption("rounds", values.rounds);
  const duration = positiveOption("seconds", values.seconds);
  const pages = positiveOption("pages", values.pages);
  const documents = positiveOption("documents", values.documents);
  await ensureDocker();
  const document = Buffer.from(await scannedPdf(pages));
  const receiver = await startSpanReceiver("0.0.0.0");
  const clones: StackUnderTest[] = [];
  try {
    const off = await start("off", {}, clones);
    const endpoint = `http://${hostAddress()}:${receiver.port}`;
    const on = await start("on", { observability: "true", otlpEndpoint: endpoint }, clones);
    const perMinute = await inTurns([off, on], documents, "documents", (of) =>
      readDocument(of, document, pages),
    );
    const perSecond = await inTurns([off, on], rounds, "rounds of orders", (of) =>
      acceptOrders(of, duration),
    );
    console.log(
      `\nMedians of ${rounds} rounds of ${duration} s, and of ${documents} documents of ${pages} pages\n`,
    );
    const row = (name: "off" | "on") => ({
      "metrics store and traces": name,
      "orders/s": median(perSecond[name]).toFixed(0),
      "pages a minute": median(perMinute[name]).toFixed(1),
    });
    printTable([row("off"), row("on")]);
    console.log(`\non beside off, in pairs: orders ${pairs(perSecond)}, pages ${pairs(perMinute)}`);
  } finally {
    for (const clone of clones) await clone.remove();
    receiver.close();
  }
});
process.exit();

/** An address of this machine that containers reach. */
function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const found = addresses.find(({ family, internal }) => family === "IPv4" && !internal);
  if (!found) throw new Failure("This machine has no IPv4 address that containers reach.", "Connect it.");
  return found.address;
}

async function start(
  name: Subject["name"],
  settings: Record<string, string>,
  clones: StackUnderTest[],
): Promise<Subject> {
  say(`Starting a stack with everything ${name}`);
  const clone = await StackUnderTest.make({
    ...{ tokenSeconds: "86400", ordersPerMinute: "1000000" },
    ...settings,
  });
  clones.push(clone);
  const { url } = await clone.up();
  const customer = new Customer(url, { user: await clone.programUser() });
  const subject = { name, clone, customer, url };
  await workers(subject, "pause");
  return subject;
}

async function workers({ clone }: Subject, action: "pause" | "unpause"): Promise<void> {
  const ids = (await clone.containers("ocr-worker")).map(({ id }) => id);
  await execa("docker", [action, ...ids]);
}

type Times = Record<Subject["name"], number[]>;

/** The first round of each subject warms up and is not counted. */
async function inTurns(
  subjects: readonly [Subject, Subject],
  count: number,
  what: string,
  measure: (subject: Subject) => Promise<number>,
): Promise<Times> {
  const measured: Times = { off: [], on: [] };
  for (let round = 0; round <= count; round += 1) {
    say(`${round} of ${count} ${what}`);
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const figure = await measure(subject);
      if (round > 0) measured[subject.name].push(figure);
    }
  }
  return measured;
}

async function acceptOrders({ clone, customer, url }: Subject, duration: number): Promise<number> {
  const token = await customer.validToken();
  const body = new URLSearchParams({ title_number: "OW99999999", document_type: "lease", token });
  const { perSecond } = await placeOrders(`${url}/orders`, body.toString(), connections, { duration });
  await new MeasuredRedis((await clone.container("redis")).id).empty();
  return perSecond;
}

/** Pages per minute, from the order until it has ended. */
async function readDocument(subject: Subject, document: Buffer, pages: number): Promise<number> {
  const { customer } = subject;
  const body = new FormData();
  body.append("document", new Blob([new Uint8Array(document)]), "pages.pdf");
  const token = await customer.validToken();
  await workers(subject, "unpause");
  const started = performance.now();
  const answer = await customer.ask("POST", "/orders", { token, body });
  if (answer.status !== 202) throw new UnexpectedAnswer("/orders", answer);
  const { status } = await customer.ended(String(answer.body.order_id), undefined, 600);
  const perMinute = (pages * 60_000) / (performance.now() - started);
  await workers(subject, "pause");
  if (status !== "completed") throw new Failure(`The order ended as ${status}.`, "Read the worker's log.");
  return perMinute;
}

function pairs({ off, on }: Times): string {
  const ratios = on.map((figure, index) => figure / (off[index] ?? Number.NaN));
  return `${(median(ratios) * 100 - 100).toFixed(1)} %`;
}
