import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { runCommand } from "../../lib/failure.ts";
import { poll } from "../../lib/poll.ts";
import { positiveOption } from "../../lib/positive-option.ts";
import { say } from "../../lib/terminal.ts";
import { issueToken } from "../../services/common/src/tokens/access-token.ts";
import { freePort } from "../../tests/free-port.ts";
import { testKeys } from "../../tests/programs/token-keys.ts";
import { redisUrlAs, startRedisContainer } from "../../tests/redis/redis-container.ts";
import { median, printTable } from "../figures.ts";
import { placeOrders } from "../orders/load.ts";
import { processTreeUs } from "../orders/processor-time.ts";
import { startSpanReceiver } from "./span-receiver.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, seconds: { type: "string", default: "4" } },
});
const connections = 16;
const main = fileURLToPath(new URL("../../services/order-api/src/main.ts", import.meta.url));
const { signing, environment } = testKeys(randomBytes(48).toString("hex"));

/**
 * `npm run bench:traces`: what the span of an order costs. Two processes of the Order API share a Redis; one
 * sends its spans to a receiver that drops them. They take turns, so that each pair of rounds sees the same
 * machine.
 */
await runCommand(async () => {
  const rounds = positiveOption("rounds", values.rounds);
  const duration = positiveOption("seconds", values.seconds);
  await ensureDocker();
  const redis = await startRedisContainer();
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-bench-"));
  const receiver = await startSpanReceiver("127.0.0.1");
  const children: ChildProcess[] = [];
  const administrator = await createClient({ url: redis.url }).connect();
  try {
    const off = await startOrderApi(redis.url, folder, {}, children);
    const on = await startOrderApi(
      redis.url,
      folder,
      { OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` },
      children,
    );
    const subjects = { off, on };
    const user = { user_id: 1, username: "alice", can_order: true, operator: false };
    const token = await issueToken(signing, user, 86_400);
    const body = new URLSearchParams({
      title_number: "OW99999999",
      document_type: "lease",
      token,
    }).toString();
    const measured = { off: [] as Round[], on: [] as Round[] };
    for (let round = -1; round < rounds; round++) {
      say(round < 0 ? "Warming up" : `Round ${round + 1} of ${rounds}`);
      for (const name of round % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
        await administrator.flushDb();
        const result = await measure(subjects[name], body, duration);
        if (round >= 0) measured[name].push(result);
      }
    }
    const ratio = (of: keyof Round) =>
      median(measured.on.map((each, index) => each[of] / (measured.off[index]?.[of] ?? Number.NaN)));
    const row = (spans: "off" | "on") => ({
      "spans are": spans,
      "orders/s": median(measured[spans].map(({ perSecond }) => perSecond)).toFixed(0),
      "processor time per order, µs": median(measured[spans].map(({ us }) => us)).toFixed(0),
    });
    printTable([row("off"), row("on")]);
    const percent = (value: number) => `${(value * 100 - 100).toFixed(1)} %`;
    console.log(
      `\nMedian of the pairs: orders/s ${percent(ratio("perSecond"))}, time ${percent(ratio("us"))}`,
    );
  } finally {
    for (const child of children) child.kill("SIGKILL");
    administrator.destroy();
    receiver.close();
    await redis.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});
process.exit();

/** `us`: of the Order API's process. */
type Round = { perSecond: number; us: number };
type OrderApi = { url: string; pid: number };

async function startOrderApi(
  redisUrl: string,
  folder: string,
  env: Record<string, string>,
  children: ChildProcess[],
): Promise<OrderApi> {
  const PORT = String(await freePort());
  const SEARCH_FOLDER = await mkdtemp(path.join(folder, "search-"));
  const variables = {
    ...{ TOKEN_KEYS: environment.TOKEN_KEYS, REDIS_URL: redisUrlAs("order-api", redisUrl), PORT },
    ...{ RESULTS_FOLDER: folder, UPLOADS_FOLDER: folder, SEARCH_FOLDER, ORDERS_PER_MINUTE: "1000000" },
    ...{ NODE_OPTIONS: "--max-semi-space-size=32 --max-old-space-size=128", ...env },
  };
  const child = spawn(process.execPath, [main], { env: variables, stdio: "ignore" });
  children.push(child);
  const url = `http://127.0.0.1:${PORT}`;
  const ready = () => fetch(`${url}/readyz`).then(({ ok }) => ok || undefined);
  const late = () => new Error("the Order API is not ready");
  await poll(() => ready().catch(() => undefined), { everyMs: 100, limitMs: 60_000, late });
  return { url, pid: child.pid ?? 0 };
}

async function measure({ url, pid }: OrderApi, body: string, duration: number): Promise<Round> {
  const before = await processTreeUs(pid);
  const { sent, perSecond } = await placeOrders(`${url}/orders`, body, connections, { duration });
  return { perSecond, us: ((await processTreeUs(pid)) - before) / sent };
}
