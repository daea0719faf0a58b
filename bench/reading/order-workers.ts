import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createLog } from "../../services/common/src/log.ts";
import { OrderArchive } from "../../services/common/src/orders/ended/order-archive.ts";
import { hasEnded } from "../../services/common/src/orders/order.ts";
import { OrderStore } from "../../services/common/src/orders/order-store.ts";
import { OrderAttempts } from "../../services/common/src/orders/queue/order-attempts.ts";
import { OrderQueue } from "../../services/common/src/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "../../services/common/src/redis/redis-connection.ts";
import { openResultStore } from "../../services/common/src/results/open-result-store.ts";
import { defaultLimits } from "../../services/ocr-worker/src/limits.ts";
import { ProcessPageReader } from "../../services/ocr-worker/src/page-process/page-reader.ts";
import { OrderWorker } from "../../services/ocr-worker/src/queue/order-worker.ts";
import { developmentLanguageData } from "../../services/ocr-worker/src/recognition/engine.ts";
import { WorkTally } from "../../services/ocr-worker/src/report/work-tally.ts";
import { DocumentSource } from "../../services/ocr-worker/src/source/document-source.ts";
import { startRedisContainer } from "../../tests/redis/redis-container.ts";
import { processTreeUs } from "../orders/processor-time.ts";
import { Stages } from "./stages.ts";

const retentionSeconds = 3600;
const log = createLog("bench", "silent");

/** The part of each stage in the time of all workers, and the part in which they used a processor. */
export type WorkerTime = {
  document: string;
  workers: number;
  seconds: number;
  parts: Record<string, number>;
  processor: number;
};

/** Lets real workers, with a Redis of their own, read a document, and measures where their time goes. */
export async function measureWorkers(
  document: Buffer,
  workers: number,
  folder: string,
): Promise<Omit<WorkerTime, "document">> {
  const server = createServer((_, response) => response.end(document)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const container = await startRedisContainer();
  const redis = openRedis(container.url, log, "wait");
  const results = openResultStore({ folder });
  const store = new OrderStore(redis, results, retentionSeconds);
  const stages = new Stages();
  const started = await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const blocking = openRedis(container.url, log, "wait");
      const reader = new ProcessPageReader(log, results, {
        ...{ limits: defaultLimits, languages: ["eng"], languageData: developmentLanguageData() },
      });
      await reader.start();
      const queue = stages.timed(new OrderQueue(redis, blocking), { next: "claim" });
      const attempts = stages.timed(new OrderAttempts(redis), {
        ...{ claim: "claim", claimPage: "claim" },
        ...{ recognizing: "end the page", endPage: "end the page", complete: "end the page" },
      });
      const tools = {
        name: `worker-${index + 1}`,
        attempts,
        archive: new OrderArchive(redis, store, results),
        source: stages.timed(new DocumentSource(`http://127.0.0.1:${address.port}`), { fetch: "fetch" }),
        reader: stages.timed(reader, { inspect: "inspect", outline: "inspect", read: "read pages" }),
        results: stages.timed(results, { save: "fetch" }),
        tally: new WorkTally(),
      };
      return { blocking, reader, worker: new OrderWorker(queue, tools, log) };
    }),
  );
  try {
    // The workers wait for work, and their start is not measured.
    await pause(1000);
    const [before, usedBefore, startedAt] = [stages.ms, await processTreeUs(process.pid), performance.now()];
    await readOrder(store);
    const ms = performance.now() - startedAt;
    const used = (await processTreeUs(process.pid)) - usedBefore;
    const total = ms * workers;
    const parts = Object.entries(stages.ms).map(([stage, sum]) => [
      stage,
      (sum - (before[stage] ?? 0)) / total,
    ]);
    return { workers, seconds: ms / 1000, parts: Object.fromEntries(parts), processor: used / 1000 / total };
  } finally {
    for (const { worker, reader, blocking } of started) {
      await worker.close();
      await reader.close();
      blocking.destroy();
    }
    await closeRedis(redis);
    await container.remove();
    server.close();
  }
}

async function readOrder(store: OrderStore): Promise<void> {
  const order_id = randomUUID();
  const fields = {
    title_number: "OW12345678",
    document_type: "lease",
    user_id: 1,
    request_id: "bench",
  } as const;
  await store.accept({ order_id, ...fields }, Date.now() + 5000);
  for (;;) {
    const order = await store.find(order_id);
    if (!order) throw new Error("the order is gone");
    if (order.status === "completed") return;
    if (hasEnded(order.status)) throw new Error(`the order ended ${order.status}: ${order.reason_message}`);
    await pause(50);
  }
}
