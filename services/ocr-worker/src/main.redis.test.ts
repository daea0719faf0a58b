import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { pagesKey } from "@orbital-witness/common/orders/order-keys.ts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../tests/free-port.ts";
import {
  found,
  type OrderWorkers,
  slowDocument,
  startOrderWorkers,
} from "../../../tests/redis/order-workers.ts";
import { redisUrlAs } from "../../../tests/redis/redis-container.ts";
import { redisDatabase } from "../../../tests/redis/redis-database.ts";
import { endLeases } from "../../../tests/redis/sample-order.ts";
import { leaseText } from "../../../tests/scan.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

let workers: OrderWorkers;
/** Whether the source answers. Until then its requests hang. */
let answers = false;
const pages = 4;
const long = await slowDocument(pages);
const source = createServer((request, response) => {
  if (answers) response.end(request.url?.includes("/transfer.") ? long : found.body);
});
const processes: ChildProcess[] = [];

beforeAll(async () => {
  workers = await startOrderWorkers(redisDatabase());
  await workers.redis.flushDb();
  source.listen(0, "127.0.0.1");
  await once(source, "listening");
});
afterEach(() => {
  for (const child of processes.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await workers.close();
  source.closeAllConnections();
  source.close();
});

/** The worker's process, ready. `lines` is its log. */
async function startProcess(INSTANCE: string) {
  const address = source.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const PORT = String(await freePort());
  const DOCUMENTS_URL = `http://127.0.0.1:${address.port}`;
  const RESULTS_FOLDER = workers.results.settings.folder;
  const REDIS_URL = redisUrlAs("ocr-worker", redisDatabase());
  const folders = { RESULTS_FOLDER, UPLOADS_FOLDER: RESULTS_FOLDER };
  const env = { PATH: process.env.PATH, PORT, INSTANCE, DOCUMENTS_URL, REDIS_URL, ...folders };
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });
  processes.push(child);
  const lines: Record<string, unknown>[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    const [...whole] = (rest + data).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) lines.push(JSON.parse(line));
  });
  const ready = async () => {
    try {
      return (await fetch(`http://127.0.0.1:${PORT}/readyz`)).status;
    } catch {
      return 0;
    }
  };
  await expect.poll(ready, { timeout: 60_000 }).toBe(200);
  return { child, lines, exited: once(child, "exit") };
}

test("the order of a killed process is run by the next, and a stopped process exits with 0", async () => {
  answers = false;
  const first = await startProcess("first");
  const id = await workers.order("lease");
  await expect.poll(() => workers.status(id)).toBe("fetching");
  first.child.kill("SIGKILL");
  await first.exited;
  await endLeases(workers.redis, id);
  answers = true;
  const second = await startProcess("second");
  expect(await workers.ended(id)).toMatchObject({
    text: leaseText,
    attempts: ["first lost worker_lost", "second completed"],
  });
  second.child.kill("SIGTERM");
  expect(await second.exited).toEqual([0, null]);
  const ofOrder = second.lines.filter((line) => line.order_id === id);
  expect(ofOrder).not.toEqual([]);
  for (const line of ofOrder) expect(line).toMatchObject({ worker: "second", service: "ocr-worker" });
});

test("the page of a killed process is read by the next process, and so are the other pages", async () => {
  answers = true;
  const first = await startProcess("first");
  const id = await workers.order("transfer");
  const fields = () => workers.redis.hKeys(pagesKey(id));
  await expect.poll(fields, { timeout: 60_000, interval: 20 }).toContain("2:claim");
  first.child.kill("SIGKILL");
  await first.exited;
  await endLeases(workers.redis, id);
  expect(await workers.status(id)).toBe("recognizing");
  await startProcess("second");
  const order = await workers.ended(id);
  expect(order).toMatchObject({ status: "completed", result_pages: pages, failures: 0 });
  expect(order.pages).toMatchObject(Array(pages).fill({ outcome: "read" }));
  expect(order.readers).toEqual(["first", "second", "second", "second"]);
});

test("an order that was accepted while no worker ran is run by the next one", async () => {
  answers = true;
  const id = await workers.order("lease");
  await startProcess("late");
  expect(await workers.ended(id)).toMatchObject({ text: leaseText, attempts: ["late completed"] });
  await workers.queueIsEmpty();
});
