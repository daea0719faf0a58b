import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { Failure, runCommand } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import * as harm from "../stack/harm.ts";
import { StackUnderTest, type TestContainer } from "../stack/stack-under-test.ts";
import { histogram } from "./histogram.ts";
import { type FinalView, PatientCustomer } from "./patient-customer.ts";
import { drawPlan, faultKinds, type Plan, type PlannedFault } from "./plan.ts";
import { expectedTexts, makeScans } from "./scans.ts";
import { type LedgerEntry, violations } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    /** Repeats the orders, the faults and their times of the run with this seed. */
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

/** After the last fault, all containers must be healthy and all orders ended within this time. */
const PATIENCE_MINUTES = 10;
const HEALTH_SECONDS = 60;
/** After the last order has ended, uploads that nobody needs are gone within this time. */
const UPLOAD_SECONDS = 60;
const MOST_SHOWN = 30;
const PARTS = ["redis", "order-api", "auth-api", "ocr-worker-1", "ocr-worker-2", "router"] as const;

/**
 * `npm run chaos`: places orders while containers are killed, paused and disconnected from their networks.
 * Then it compares the answers with the final state of the orders. Fails if a promise was broken.
 */
await runCommand(async () => {
  const options = {
    orders: wholeNumber("orders"),
    minutes: wholeNumber("minutes"),
    seed: wholeNumber("seed"),
  };
  const again = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  await ensureDocker();
  const plan = drawPlan({ ...options, containers: [...PARTS] });
  const documentsFolder = await mkdtemp(path.join(tmpdir(), "orbital-witness-chaos-"));
  try {
    const scans = await makeScans(documentsFolder, plan.orders);
    const clone = await StackUnderTest.make({
      documentsFolder,
      demoUsers: "false",
      // Tokens are valid longer than the run, and its orders have no quota.
      tokenSeconds: "3600",
      ...{ ordersPerMinute: "100000", readsPerMinute: "1000000", downloadsPerMinute: "1000000" },
      ...{ searchesPerMinute: "1000000", streamsPerMinute: "1000000" },
    });
    try {
      const { url, containers } = await clone.up();
      say(`${plan.orders.length} orders and ${plan.faults.length} faults in ${options.minutes} min`);
      const giveUpAt = Date.now() + (options.minutes + PATIENCE_MINUTES) * 60_000;
      const customer = new PatientCustomer(url, await clone.programUser(), scans, giveUpAt);
      const [ledger] = await Promise.all([place(customer, plan), inflict(clone, plan)]);
      say("The faults are over. Waiting for the orders to end");
      const finals = await customer.finals();
      const unwell = await stillUnwell(clone, containers);
      const broken = violations(
        ledger,
        finals.map(({ order }) => order),
        expectedTexts,
      );
      broken.push(...(await keptUploads(clone, finals)));
      report(plan, ledger, finals);
      if (broken.length + unwell.length > 0) {
        const all = [...unwell, ...broken];
        const shown = all.length > MOST_SHOWN ? [...all.slice(0, MOST_SHOWN), "..."] : all;
        throw new Failure(
          `Promises were broken ${all.length} times:\n  ${shown.join("\n  ")}`,
          `Repeat this run: \`npm run chaos -- ${again.join(" ")}\``,
        );
      }
      console.log(`\nEvery promise was kept. Repeat this run: npm run chaos -- ${again.join(" ")}`);
    } finally {
      await clone.remove();
    }
  } finally {
    await rm(documentsFolder, { recursive: true });
  }
});
process.exit();

function wholeNumber(name: keyof typeof values): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) {
    throw new Failure(
      `--${name} must be a whole number above 0, but is ${values[name]}.`,
      "Set it to such a number.",
    );
  }
  return value;
}

/** A container that was paused is unhealthy until its next health check. */
async function stillUnwell(clone: StackUnderTest, containers: readonly string[]): Promise<string[]> {
  for (const giveUpAt = Date.now() + HEALTH_SECONDS * 1000; ; await pause(1000)) {
    const unwell = await clone.stack.containers.unwell(containers);
    if (unwell.length === 0 || Date.now() >= giveUpAt) return unwell;
  }
}

/** An upload goes with its order, except that a failed order may be retried. Workers remove it soon. */
async function keptUploads(clone: StackUnderTest, finals: readonly FinalView[]): Promise<string[]> {
  const done = new Set(
    finals.flatMap(({ order }) => (["completed", "cancelled"].includes(order.status) ? order.orderId : [])),
  );
  const { id } = await clone.container("order-api");
  for (const giveUpAt = Date.now() + UPLOAD_SECONDS * 1000; ; await pause(1000)) {
    const { stdout } = await execa("docker", ["exec", id, "ls", "/uploads"]);
    const kept = stdout.split("\n").filter((name) => done.has(name));
    if (kept.length === 0) return [];
    if (Date.now() >= giveUpAt)
      return kept.map((name) => `${name}: has ended, but its upload is still there`);
  }
}

function place(customer: PatientCustomer, { orders }: Plan): Promise<LedgerEntry[]> {
  return Promise.all(
    orders.map(async (order) => {
      await pause(order.atMs);
      return customer.place(order);
    }),
  );
}

async function inflict(clone: StackUnderTest, { faults }: Plan): Promise<void> {
  const containers = await clone.containers();
  const last = new Map<string, Promise<void>>();
  await Promise.all(
    faults.map((fault) => {
      // On a busy machine the end of a fault may come later than planned.
      const before = last.get(fault.container);
      const inflicted = pause(fault.atMs)
        .then(() => before)
        .then(() => inflictOne(fault));
      last.set(fault.container, inflicted);
      return inflicted;
    }),
  );

  async function inflictOne(fault: PlannedFault): Promise<void> {
    // Workers have numbers. `redis-access` is another part than `redis`.
    const container = containers.find(
      ({ part, name }) =>
        part === fault.container || (part === "ocr-worker" && name.includes(`-${fault.container}-`)),
    );
    if (container === undefined) throw new Error(`there is no container ${fault.container}`);
    const { begin, end } = await harmOf(clone, fault, container);
    await begin();
    await pause(fault.forMs);
    await end();
  }
}

async function harmOf(clone: StackUnderTest, { kind, container }: PlannedFault, victim: TestContainer) {
  if (kind === "kill") return harm.kill(victim);
  if (kind === "pause") return harm.pause(victim);
  // The networks on which the container works with the others.
  if (container === "redis") return harm.disconnect(clone, victim, "back", "work");
  return harm.disconnect(clone, victim, container.startsWith("ocr-worker") ? "work" : "front");
}

function report({ faults }: Plan, ledger: readonly LedgerEntry[], finals: readonly FinalView[]): void {
  console.log(
    `\n| container | ${faultKinds.join(" | ")} |\n| --- | ${faultKinds.map(() => "---").join(" | ")} |`,
  );
  for (const part of PARTS) {
    const counts = faultKinds.map(
      (kind) => faults.filter((fault) => fault.container === part && fault.kind === kind).length,
    );
    console.log(`| ${part} | ${counts.join(" | ")} |`);
  }

  const statusOf = new Map(finals.map(({ order }) => [order.titleNumber, statusWithReason(order)]));
  const rows = Object.groupBy(ledger, ({ placement, order }) => {
    const end = statusOf.get(order.titleNumber) ?? "does not exist";
    return `| ${placement.outcome} | ${order.key === undefined ? "no" : "yes"} | ${end} |`;
  });
  console.log("\n| answered | key | in the end | orders |\n| --- | --- | --- | --- |");
  for (const [row, entries = []] of Object.entries(rows).sort()) console.log(`${row} ${entries.length} |`);

  console.log("\nSeconds from acceptance to end");
  console.log(histogram(finals.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))));
}

function statusWithReason({ status, reasonCode }: FinalView["order"]): string {
  return reasonCode === undefined ? status : `${status}: ${reasonCode}`;
}
