import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { execa } from "execa";
import { z } from "zod";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { projectFolder } from "../commands/stack/project.ts";
import { Customer } from "../lib/customer.ts";
import { Failure, runCommand } from "../lib/failure.ts";
import { poll } from "../lib/poll.ts";
import { say } from "../lib/terminal.ts";
import { cloneId } from "../pulumi/clone-id.ts";
import { StackUnderTest } from "../tests/stack/stack-under-test.ts";
import { median, percentile, printTable } from "./figures.ts";

/** With more connections, the orders of one round would nearly fill Redis. */
const MOST_SECONDS = 20;
const WARM_UP_SECONDS = 5;
const WARM_UP_CONNECTIONS = 64;
const PROBE_START_SECONDS = 30;
const PICKUPS = 100;
/** This document does not exist, so the worker ends such orders at once. */
const MISSING_DOCUMENT = { title_number: "OW99999999", document_type: "lease" };

function wholeNumber(most: number) {
  const message = `must be a whole number from 1 to ${most}`;
  return z.coerce.number(message).int(message).min(1, message).max(most, message);
}

const optionsSchema = z.object({
  seconds: wholeNumber(MOST_SECONDS),
  rounds: wholeNumber(100),
  connections: z.preprocess((list) => String(list).split(","), z.array(wholeNumber(1000))),
  /** Redis' setting, to measure the cost of answering only after a write is on disk. */
  appendfsync: z.enum(["always", "everysec", "no"]),
});

const containerSchema = z
  .tuple([
    z.object({
      Image: z.string(),
      Config: z.object({ Env: z.array(z.string()) }),
      HostConfig: z.object({ Memory: z.number() }),
      NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
    }),
  ])
  .transform(([container]) => container);

const time = z.iso.datetime().nullable();
const viewSchema = z.object({ started_at: time, finished_at: time });

/** The target of the load: a path behind the router. */
type Target = "/orders" | "/probe";

/** The result of one round: accepted orders per second, and percentiles of the latency in milliseconds. */
type Round = { perSecond: number; p50: number; p99: number };

/**
 * `npm run bench`: how fast orders are accepted, compared with a minimal service, and how soon workers start
 * them.
 */
await runCommand(async () => {
  const options = readOptions();
  await ensureDocker();
  const clone = await StackUnderTest.make({ tokenSeconds: "86400", ordersPerMinute: "1000000" });
  const probe = `orbital-witness-bench-probe-${cloneId(clone.folder)}`;
  try {
    await clone.edit("pulumi/Caddyfile", withProbe);
    say("Starting a separate stack");
    const { url } = await clone.up();
    const customer = new Customer(url);
    const order = { ...MISSING_DOCUMENT, token: await customer.validToken() };
    say(`Placing ${PICKUPS} orders one after the other`);
    const starts = await pickups(customer);
    await startProbe(clone, probe);
    await untilReady(`${url}/probe`);
    const rows = await throughput(clone, url, new URLSearchParams(order).toString(), options);
    const rounds = `medians of ${options.rounds} rounds of ${options.seconds} s`;
    console.log(`\nThrough the router, ${rounds}, appendfsync ${options.appendfsync}\n`);
    printTable(rows);
    console.log(`\nFrom 202 to the worker's start, ${PICKUPS} orders, workers idle\n`);
    printTable([{ "p50 ms": decimal(percentile(starts, 50)), "p99 ms": decimal(percentile(starts, 99)) }]);
  } finally {
    await execa("docker", ["rm", "--force", probe], { reject: false });
    await clone.remove();
  }
});
process.exit();

function readOptions(): z.output<typeof optionsSchema> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string", default: "1,16,64" },
      appendfsync: { type: "string", default: "always" },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Failure(
    parsed.error.issues.map(({ path: [name], message }) => `--${String(name)} ${message}`).join("\n"),
    "For example: npm run bench -- --seconds 5 --rounds 3 --connections 1,16,64",
  );
}

/** Routes to the probe in the same way as to the Order API. */
function withProbe(caddyfile: string): string {
  const [snippet] = /^\(order-api\) \{\n(?:\t.*\n)*\}\n/m.exec(caddyfile) ?? [];
  const [site] = /^:8080 \{\n/m.exec(caddyfile) ?? [];
  if (snippet === undefined || site === undefined) {
    throw new Error("pulumi/Caddyfile has no snippet (order-api) or no site :8080");
  }
  return caddyfile.replace(
    site,
    `${snippet.replaceAll("order-api", "probe")}\n${site}\thandle /probe {\n\t\timport probe\n\t}\n`,
  );
}

/**
 * Gives the probe's container the same image, networks, memory, Node options, key and Redis as the Order
 * API's.
 */
async function startProbe(clone: StackUnderTest, name: string): Promise<void> {
  const { id } = await clone.container("order-api");
  const { stdout } = await execa("docker", ["inspect", id]);
  const { Image, Config, HostConfig, NetworkSettings } = containerSchema.parse(JSON.parse(stdout));
  const memory = String(HostConfig.Memory);
  const script = path.join(projectFolder, "bench/orders/probe.ts");
  const inside = "/app/services/order-api/probe.ts";
  const options = [
    "--name",
    name,
    "--init",
    "--read-only",
    "--cap-drop",
    "ALL",
    "--volume",
    `${script}:${inside}:ro`,
  ];
  const limits = ["--memory", memory, "--memory-swap", memory, "--security-opt", "no-new-privileges"];
  const [first = "", ...others] = Object.keys(NetworkSettings.Networks);
  const alias = (network: string) => ["--network", network, "--network-alias", "probe"];
  // Passed by name, so that the values are in no argument list.
  const environment = ["JWT_SECRET", "REDIS_URL", "NODE_OPTIONS"].flatMap((name) => ["--env", name]);
  await execa(
    "docker",
    ["create", ...options, ...limits, ...environment, ...alias(first), Image, "node", inside],
    {
      env: Object.fromEntries(
        Config.Env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    },
  );
  for (const network of others) {
    await execa("docker", ["network", "connect", "--alias", "probe", network, name]);
  }
  await execa("docker", ["start", name]);
}

/**
 * Waits until the probe answers. The router waits for a service that is starting, but cannot keep every body.
 */
async function untilReady(probeUrl: string): Promise<void> {
  const look = async () => ((await fetch(probeUrl)).status === 204 ? true : undefined);
  const late = () => new Error(`the probe does not answer after ${PROBE_START_SECONDS} s`);
  await poll(look, { everyMs: 200, limitMs: PROBE_START_SECONDS * 1000, late });
}

/** Rounds of the two targets alternate, so that changes of the machine's speed affect both. */
async function throughput(
  clone: StackUnderTest,
  url: string,
  body: string,
  { seconds, rounds, connections, appendfsync }: z.output<typeof optionsSchema>,
): Promise<Record<string, string>[]> {
  // Workers are stopped, because only accepting is measured. They would use more of the cores for one target
  // than for the other.
  const workers = await clone.containers("ocr-worker");
  await execa("docker", ["stop", ...workers.map((worker) => worker.id)]);
  await redisCli(clone, "config", "set", "appendfsync", appendfsync);
  const targets: Target[] = ["/probe", "/orders"];
  for (const target of targets) {
    say(`Warming up ${target}`);
    await round(clone, url + target, body, WARM_UP_CONNECTIONS, WARM_UP_SECONDS);
  }
  const rows: Record<string, string>[] = [];
  for (const count of connections) {
    say(`Measuring at ${count} connections`);
    const results: Record<Target, Round[]> = { "/probe": [], "/orders": [] };
    for (let index = 0; index < rounds; index += 1) {
      for (const target of targets) {
        results[target].push(await round(clone, url + target, body, count, seconds));
      }
    }
    const ours = medianRound(results["/orders"]);
    const probe = medianRound(results["/probe"]);
    rows.push({
      connections: String(count),
      "orders/s": ours.perSecond.toFixed(0),
      "p50 ms": decimal(ours.p50),
      "p99 ms": decimal(ours.p99),
      "probe/s": probe.perSecond.toFixed(0),
      "its p50 ms": decimal(probe.p50),
      "its p99 ms": decimal(probe.p99),
      "orders to probe": (ours.perSecond / probe.perSecond).toFixed(2),
    });
  }
  return rows;
}

/** @throws Failure if any answer is not 202 */
async function round(
  clone: StackUnderTest,
  url: string,
  body: string,
  connections: number,
  seconds: number,
): Promise<Round> {
  await emptyRedis(clone);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const latencies: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const options = { url, method: "POST", headers, body, connections, duration: seconds } as const;
  const load = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  // The histogram of autocannon has whole milliseconds only.
  load.on("response", (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const result = await promise;
  const answers = Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => ({
    status,
    count,
  }));
  const others = answers.filter(({ status }) => status !== "202");
  if (others.length > 0 || result.errors > 0 || latencies.length === 0) {
    const said = answers.map(({ status, count }) => `${count} times ${status}`).join(", ") || "nothing";
    throw new Failure(
      `${url} with ${connections} connections answered ${said}; ${result.errors} requests failed. ` +
        "Every answer must be 202.",
      "Read the messages above, and the services' logs of a stack started by `npm start`.",
    );
  }
  return {
    perSecond: latencies.length / result.duration,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  };
}

function medianRound(rounds: readonly Round[]): Round {
  const of = (figure: keyof Round) => median(rounds.map((each) => each[figure]));
  return { perSecond: of("perSecond"), p50: of("p50"), p99: of("p99") };
}

/** Empties Redis and rewrites its log, so that every round starts in the same state. */
async function emptyRedis(clone: StackUnderTest): Promise<void> {
  // The last round was stopped in progress, so its requests must finish first.
  await pause(500);
  await redisCli(clone, "flushall");
  await redisCli(clone, "bgrewriteaof");
  while (!(await redisCli(clone, "info", "persistence")).includes("aof_rewrite_in_progress:0")) {
    await pause(100);
  }
}

async function redisCli(clone: StackUnderTest, ...words: string[]): Promise<string> {
  const { id } = await clone.container("redis");
  return (await execa("docker", ["exec", id, "redis-cli", ...words])).stdout;
}

/** Milliseconds from the arrival of the 202 to the worker's start; negative if the worker was faster. */
async function pickups(customer: Customer) {
  const milliseconds: number[] = [];
  for (let index = 0; index < PICKUPS; index += 1) {
    const orderId = await customer.place(MISSING_DOCUMENT.title_number, MISSING_DOCUMENT.document_type);
    const acceptedAt = performance.timeOrigin + performance.now();
    milliseconds.push((await startOf(customer, orderId)) - acceptedAt);
  }
  return milliseconds;
}

/**
 * Waits for the order's end, so that the next one finds idle workers. @returns its start in ms since the
 * epoch
 */
async function startOf(customer: Customer, orderId: string): Promise<number> {
  for (;;) {
    const view = viewSchema.parse(await customer.view(orderId));
    if (view.finished_at !== null) return Date.parse(view.started_at ?? "");
    await pause(50);
  }
}

function decimal(figure: number): string {
  return figure.toFixed(1);
}
