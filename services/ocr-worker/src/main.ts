import { redisUrlVariable } from "@orbital-witness/common/environment.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis-connection.ts";
import { runService } from "@orbital-witness/common/serve.ts";
import { z } from "zod";
import { createWorkerApp } from "./app.ts";
import { DocumentSource } from "./document-source.ts";
import { documentsUrlVariable } from "./documents-url.ts";
import { OrderWorker } from "./order-worker.ts";
import { Recognizer } from "./recognizer.ts";

await runService("ocr-worker", {
  variables: z.object({ REDIS_URL: redisUrlVariable, DOCUMENTS_URL: documentsUrlVariable }),
  // A page may take 45 s, its document 10 s.
  stopSeconds: 60,
  start: async ({ REDIS_URL, DOCUMENTS_URL }, log) => {
    const recognizer = new Recognizer(log);
    await recognizer.start();
    // "wait": BullMQ's loop would spin on commands that fail at once.
    const redis = openRedis(REDIS_URL, log, "wait");
    const tools = { store: new OrderStore(redis), source: new DocumentSource(DOCUMENTS_URL), recognizer };
    const worker = new OrderWorker(redis, tools, log);
    const checks = {
      redis: () => redis.ping(),
      queue: () => worker.running(),
      tesseract: () => recognizer.ready(),
    };
    return {
      app: createWorkerApp(log, checks),
      close: async () => {
        await worker.close();
        await recognizer.close();
        await closeRedis(redis);
      },
    };
  },
});
