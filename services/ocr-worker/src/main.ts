import { hostname } from "node:os";
import {
  folderVariable,
  redisUrlVariable,
  resultDaysVariable,
  secondsPerDay,
} from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/http/serve.ts";
import { requestMetrics } from "@orbital-witness/common/metrics/request-metrics.ts";
import { CapacityGuard, reserves } from "@orbital-witness/common/orders/capacity-guard.ts";
import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { keepAdoptingOrders } from "@orbital-witness/common/orders/queue/adopt-orders.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/queue/order-attempts.ts";
import { OrderQueue } from "@orbital-witness/common/orders/queue/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { openResultStore, resultStoreSettings } from "@orbital-witness/common/results/open-result-store.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { z } from "zod";
import { createWorkerApp } from "./app.ts";
import { closeAll } from "./close-all.ts";
import { ProcessPageReader } from "./page-process/page-reader.ts";
import { OrderWorker } from "./queue/order-worker.ts";
import { readingOptions, readingVariables } from "./reading-settings.ts";
import { residentBytes } from "./report/process-memory.ts";
import { talliedReader, talliedSource } from "./report/tallied-work.ts";
import { addMemoryMetric, WorkMetrics } from "./report/work-metrics.ts";
import { WorkTally } from "./report/work-tally.ts";
import { WorkerReporter } from "./report/worker-reporter.ts";
import { ResultSweep } from "./results/result-sweep.ts";
import { DocumentSource } from "./source/document-source.ts";
import { documentsUrlVariable } from "./source/documents-url.ts";
import { OrderDocuments } from "./source/order-documents.ts";

const closeLimitMs = 1000;

await runService("ocr-worker", {
  variables: z.object({
    REDIS_URL: redisUrlVariable,
    DOCUMENTS_URL: documentsUrlVariable,
    RESULT_DAYS: resultDaysVariable,
    RESULTS_FOLDER: folderVariable,
    UPLOADS_FOLDER: folderVariable,
    REDIS_FOLDER: folderVariable.optional(),
    ...readingVariables,
    INSTANCE: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .default(hostname())
      .meta({ description: "1 to 64 letters, digits, dots, hyphens or underscores" }),
  }),
  // The steps of a shutdown: a last health check may take 3 s, the current order or page 20 s, handing it
  // back 5 s, closing the worker 3 s, and everything else 5 s.
  stopSeconds: 38,
  start: async (
    { REDIS_URL, DOCUMENTS_URL, RESULT_DAYS, RESULTS_FOLDER, REDIS_FOLDER, INSTANCE, ...others },
    serviceLog,
    metrics,
  ) => {
    const log = serviceLog.child({ worker: INSTANCE });
    const results = openResultStore(resultStoreSettings(RESULTS_FOLDER, others.UPLOADS_FOLDER));
    const reading = readingOptions(others);
    const reader = new ProcessPageReader(log, results, reading);
    await reader.start();
    const redis = openRedis(REDIS_URL, log, "wait");
    const blocking = openRedis(REDIS_URL, log.child({ connection: "blocking" }), "wait");
    const attempts = new OrderAttempts(redis);
    const store = new OrderStore(redis, results, RESULT_DAYS * secondsPerDay);
    const uploads = new UploadStore(others.UPLOADS_FOLDER);
    const archive = new OrderArchive(redis, store, results, uploads);
    const sweep = new ResultSweep({ name: INSTANCE, results, store, attempts, uploads }, log);
    const tally = new WorkTally(new WorkMetrics(metrics));
    const source = new OrderDocuments(
      talliedSource(new DocumentSource(DOCUMENTS_URL, reading), tally),
      uploads,
    );
    const tools = {
      ...{ name: INSTANCE, attempts, archive, source, results, tally },
      reader: talliedReader(reader, tally),
    };
    const folders = { resultsFolder: RESULTS_FOLDER, redisFolder: REDIS_FOLDER };
    const capacity = new CapacityGuard({ redis, ...folders, reserve: reserves.working }, log);
    const worker = new OrderWorker(new OrderQueue(redis, blocking), tools, log, {
      room: (signal) => capacity.room(signal),
    });
    const memoryBytes = () => residentBytes([process.pid, ...reader.processIds]);
    addMemoryMetric(metrics, memoryBytes);
    const reporter = new WorkerReporter(
      {
        ...{ redis, name: INSTANCE, tally },
        memoryBytes,
        shortage: () => capacity.shortage?.of,
      },
      log,
    );
    const stopped = new AbortController();
    const adopting = keepAdoptingOrders(redis, log, stopped.signal);
    const checks = {
      redis: () => redis.ping(),
      queue: () => worker.consuming(),
      reader: () => reader.ready(),
    };
    return {
      app: createWorkerApp(log, checks, requestMetrics(metrics)),
      close: () => {
        stopped.abort();
        return closeAll([
          () => worker.close(),
          () => within(closeLimitMs, reader.close()),
          // These wait for Redis, which may be away. Other workers take over what they leave.
          () => within(closeLimitMs, capacity.close()),
          () => within(closeLimitMs, sweep.close()),
          () => within(closeLimitMs, reporter.close()),
          () => within(closeLimitMs, adopting),
          // It may be waiting for work, which would take seconds to end.
          async () => blocking.destroy(),
          () => closeRedis(redis),
        ]);
      },
    };
  },
});
