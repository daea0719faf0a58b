import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { hasEnded, type OrderRecord, type OrderRequest } from "@orbital-witness/common/orders/order.ts";
import { summarize } from "@orbital-witness/common/orders/order-events.ts";
import { delayedKey, leasesKey, waitingKey } from "@orbital-witness/common/orders/order-keys.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { defaultLeaseMs, OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import { afterAll, beforeEach, expect } from "vitest";
import { z } from "zod";
import { ProcessPageReader } from "../../services/ocr-worker/src/page-process/page-reader.ts";
import { OrderWorker, type OrderWorkerOptions } from "../../services/ocr-worker/src/queue/order-worker.ts";
import { readingOptions, readingVariables } from "../../services/ocr-worker/src/reading-settings.ts";
import { talliedReader, talliedSource } from "../../services/ocr-worker/src/report/tallied-work.ts";
import { WorkTally } from "../../services/ocr-worker/src/report/work-tally.ts";
import { DocumentSource } from "../../services/ocr-worker/src/source/document-source.ts";
import { makePdf } from "../documents.ts";
import { drawLine, leaseText } from "../scan.ts";
import { snapshotOf } from "./order-snapshot.ts";
import { redisUrlAs, startRedisContainer } from "./redis-container.ts";
import { redisDatabase, silentLog } from "./redis-database.ts";

const retentionSeconds = 3600;
const reading = readingOptions(z.object(readingVariables).parse({}));
const lease = await drawLine(leaseText).png().toBuffer();

export type Answer = { status: number; body: Buffer | string };
export const found: Answer = { status: 200, body: lease };

/** A PDF whose pages take half a second or more each. Each page is part of a sample at 200 dpi. */
export async function slowDocument(pages: number): Promise<Buffer> {
  const register = fileURLToPath(new URL("../../samples/scans/OW12345678/register.png", import.meta.url));
  const [width, height] = [1654, 600];
  const part = await sharp(register).extract({ left: 0, top: 0, width, height }).png().toBuffer();
  const size = { width: (width / 200) * 72, height: (height / 200) * 72 };
  const draw: Parameters<typeof makePdf>[0] = async (page, pdf) => {
    page.setSize(size.width, size.height);
    page.drawImage(await pdf.embedPng(part), size);
  };
  return makePdf(...Array(pages).fill(draw));
}

/** `leaseMs`: how long a worker that is not heard of keeps its work. */
type StartOptions = OrderWorkerOptions & { leaseMs?: number };

/** Workers with a document source and the orders in a Redis, configured as in the services. */
export type OrderWorkers = Awaited<ReturnType<typeof startOrderWorkers>>;

export async function startOrderWorkers(url: string) {
  /** The answers of the source by document type. A type without an answer is a 404. */
  const answers: Partial<Record<OrderRequest["document_type"], () => Answer | Promise<Answer>>> = {};
  const requestIds = new Set<unknown>();
  const server = createServer(async (request, response) => {
    requestIds.add(request.headers["x-request-id"]);
    const type = /\/(\w+)\.png$/.exec(request.url ?? "")?.[1] as OrderRequest["document_type"];
    const { status, body } = (await answers[type]?.()) ?? { status: 404, body: "" };
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  // Only the tested code may end held answers, not this limit.
  const source = new DocumentSource(`http://127.0.0.1:${address.port}`, { limitMs: 60_000 });

  const redis = openRedis(url, silentLog, "wait");
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-results-")));
  const results = openResultStore({ folder });
  const store = new OrderStore(redis, results, retentionSeconds);
  const closers: (() => Promise<void>)[] = [];

  /** The text of all pages that were read, one line per page. */
  async function text({ order_id, result_attempt: attempt, result_pages = 0 }: OrderRecord) {
    if (attempt === undefined) return undefined;
    const numbers = Array.from({ length: result_pages }, (_, index) => index + 1);
    const pages = await Promise.all(numbers.map((page) => results.page({ order_id, attempt }, page)));
    return pages
      .flatMap((page) => (page && textOf(page)) || [])
      .join("")
      .trim();
  }

  return {
    ...{ answers, requestIds, redis, store, results },
    attempts: new OrderAttempts(redis),
    /** Only for steps that do not wait. */
    queue: new OrderQueue(redis, redis),

    startWorker(name = "ocr-worker-1", { leaseMs = defaultLeaseMs, ...options }: StartOptions = {}) {
      const connection = openRedis(redisUrlAs("ocr-worker", url), silentLog, "wait");
      const blocking = openRedis(redisUrlAs("ocr-worker", url), silentLog, "wait");
      const reader = new ProcessPageReader(silentLog, results, reading);
      const attempts = new OrderAttempts(connection, leaseMs);
      const queue = new OrderQueue(connection, blocking, leaseMs);
      const archive = new OrderArchive(connection, store, results);
      const tally = new WorkTally();
      const tools = {
        ...{ name, attempts, archive, results, tally },
        ...{ source: talliedSource(source, tally), reader: talliedReader(reader, tally) },
      };
      const worker = new OrderWorker(queue, tools, silentLog, options);
      let isClosed = false;
      const close = async () => {
        isClosed = true;
        await worker.close();
      };
      closers.push(async () => {
        if (!isClosed) await close();
        await reader.close();
        blocking.destroy();
        await closeRedis(connection);
      });
      return { tally, consuming: () => worker.consuming(), reads: () => reader.start(), close };
    },

    /** Accepts an order, as the Order API does. */
    async order(document_type: OrderRequest["document_type"]): Promise<string> {
      const order_id = randomUUID();
      const request = {
        title_number: "OW12345678",
        document_type,
        user_id: 1,
        request_id: "from-the-router",
      };
      await redis.ping();
      const { outcome } = await store.accept({ order_id, ...request }, Date.now() + 5000);
      expect(outcome).toBe("accepted");
      return order_id;
    },

    async status(orderId: string) {
      return (await store.find(orderId))?.status;
    },

    /**
     * The order after its end: its record, text, pages and their readers, its steps, and the outcomes of its
     * attempts.
     */
    async ended(orderId: string, timeout = 60_000) {
      await expect
        .poll(async () => hasEnded((await store.find(orderId))?.status ?? "queued"), {
          timeout,
          interval: 50,
        })
        .toBe(true);
      return this.summary(orderId);
    },

    async summary(orderId: string) {
      const snapshot = await snapshotOf(store, orderId);
      if (!snapshot) throw new Error("there is no such order");
      const { history, attempts } = summarize(snapshot.events);
      return {
        ...snapshot.record,
        text: await text(snapshot.record),
        pages: snapshot.pages,
        readers: snapshot.pages.flatMap(({ reading }) => reading?.worker ?? []),
        history: history.map(({ status }) => status),
        attempts: attempts.map(({ worker, outcome, reason }) =>
          [worker, outcome, reason?.code ?? ""].join(" ").trim(),
        ),
      };
    },

    /** Waits until nothing is left in the queue. */
    async queueIsEmpty(timeout = 30_000): Promise<void> {
      const left = async () => [
        ...(await redis.zRange(waitingKey, 0, -1)),
        ...(await redis.zRange(delayedKey, 0, -1)),
        ...(await redis.zRange(leasesKey, 0, -1)),
      ];
      await expect.poll(left, { timeout }).toEqual([]);
    },

    /** Stops the workers, removes the orders, and resets the source, which then has a lease. */
    async reset() {
      await this.stopWorkers();
      await redis.flushDb();
      answers.lease = () => found;
    },

    async stopWorkers() {
      await Promise.all(closers.splice(0).map((close) => close()));
    },

    async close() {
      await this.stopWorkers();
      await closeRedis(redis);
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * The same for the tests of one file, on the shared Redis. Each test starts without workers and orders, and
 * with a lease at the source.
 */
export async function openOrderWorkers(): Promise<OrderWorkers> {
  const workers = await startOrderWorkers(redisDatabase());
  afterAll(() => workers.close());
  beforeEach(() => workers.reset());
  return workers;
}

/** The same on a Redis for this file only, which its tests may harm. */
export async function openOrderWorkersOnOwnRedis() {
  const container = await startRedisContainer();
  const workers = await startOrderWorkers(container.url);
  afterAll(() => workers.close().finally(container.remove));
  beforeEach(() => workers.reset());
  return { container, workers };
}

/** An answer that the source holds back until `give` is called. */
export function heldAnswer(answer: Answer = found) {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  return { answer: () => promise, give: () => resolve(answer) };
}

/** How long Redis is away: longer than a lease lasts, and than an idle worker waits for work. */
export const awayMs = defaultLeaseMs + 2000;

export function fails(check: () => Promise<void>): Promise<boolean> {
  return check().then(
    () => false,
    () => true,
  );
}
