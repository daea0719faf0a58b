import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { Customer } from "../lib/customer.ts";
import { runCommand } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import { StackUnderTest } from "../tests/stack/stack-under-test.ts";
import { percentile, printTable } from "./figures.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "15" } } });
const seconds = Number(values.seconds);
/** The connections of the user who asks as fast as possible. */
const connections = 16;
/** The other user asks once in this time. */
const everyMs = 20;

type Kind = Readonly<{ name: string; path: string }>;

/**
 * `npm run bench:quotas`: one user sends requests of one kind as fast as possible, far above the quota. What
 * does that do to another user, who reads an order? Both times are taken right after each other.
 */
await runCommand(async () => {
  await ensureDocker();
  const clone = await StackUnderTest.make({ tokenSeconds: "86400" });
  try {
    say("Starting a separate stack");
    const { url } = await clone.up();
    const customer = new Customer(url);
    const ordered = async (username: string) => {
      const id = await customer.place("OW12345678", "lease", username);
      await customer.ended(id, username);
      return id;
    };
    const [own, others] = [await ordered("alice"), await ordered("bob")];
    const rows: Record<string, string>[] = [];
    for (const kind of kindsOf(others)) {
      say(`Measuring ${kind.name}`);
      const token = await customer.validToken("bob");
      const alone = await reads(customer, own, seconds * 1000);
      const [load, beside] = await Promise.all([
        sent(`${url}${kind.path}`, token),
        reads(customer, own, seconds * 1000),
      ]);
      rows.push({
        "bob sends": kind.name,
        "bob's answers": load,
        "alice alone, p50 and p99": spread(alone),
        "alice beside bob, p50 and p99": spread(beside),
      });
    }
    printTable(rows);
  } finally {
    await clone.remove();
  }
});
process.exit();

/** One of each quota. */
function kindsOf(orderId: string): Kind[] {
  return [
    { name: "lists", path: "/orders?limit=100" },
    { name: "downloads of result.pdf", path: `/orders/${orderId}/result.pdf` },
    { name: "searches", path: "/search?q=land" },
  ];
}

/** The milliseconds of each read. Those that take long do not delay the next. */
async function reads(customer: Customer, orderId: string, forMs: number): Promise<number[]> {
  const times: Promise<number>[] = [];
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    const began = performance.now();
    times.push(customer.found(`/orders/${orderId}`).then(() => performance.now() - began));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return Promise.all(times);
}

/**
 * Sends from a thread of its own, so that the other user's times are not those of this program.
 * @returns the number of answers with each status
 */
async function sent(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const { statusCodeStats, errors } = await autocannon({
    ...{ url, headers, connections, duration: seconds, workers: 1 },
  });
  const counts = Object.entries(statusCodeStats ?? {}).map(([code, { count = 0 }]) => `${count} of ${code}`);
  return [...counts, ...(errors > 0 ? [`${errors} without one`] : [])].join(", ");
}

function spread(milliseconds: readonly number[]): string {
  return [50, 99].map((percent) => `${percentile(milliseconds, percent).toFixed(1)} ms`).join(", ");
}
