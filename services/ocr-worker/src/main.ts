import { hostname } from "node:os";
import { redisUrlVariable, resultDaysVariable, secondsPerDay } from "@orbital-witness/common/environment.ts";
import { OrderAttempts } from "@orbital-witness/common/orders/order-attempts.ts";
import { OrderDispatcher } from "@orbital-witness/common/orders/order-dispatcher.ts";
import { openOrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis-connection.ts";
import { runService } from "@orbital-witness/common/serve.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import { z } from "zod";
import { createWorkerApp } from "./app.ts";
import { closeAll } from "./close-all.ts";
import { DocumentSource } from "./document-source.ts";
import { documentsUrlVariable } from "./documents-url.ts";
import { OrderWorker } from "./order-worker.ts";
import { Recognizer } from "./recognizer.ts";

const closeLimitMs = 1000;

await runService("ocr-worker", {
  variables: z.object({
    REDIS_URL: redisUrlVariable,
    DOCUMENTS_URL: documentsUrlVariable,
    RESULT_DAYS: resultDaysVariable,
    INSTANCE: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .default(hostname())
      .meta({ description: "1 to 64 letters, digits, dots, hyphens or underscores" }),
  }),
  // The order at hand may take 20 s more, its handing back 5 s, the end of the worker 3 s, all else 5 s.
  stopSeconds: 35,
  start: async ({ REDIS_URL, DOCUMENTS_URL, RESULT_DAYS, INSTANCE }, serviceLog) => {
    const log = serviceLog.child({ worker: INSTANCE });
    const recognizer = new Recognizer(log);
    await recognizer.start();
    const redis = openRedis(REDIS_URL, log, "wait");
    const messages = openRedis(REDIS_URL, log.child({ connection: "messages" }), "wait");
    const queue = openOrderQueue(redis);
    const dispatcher = new OrderDispatcher(redis, queue, log);
    const attempts = new OrderAttempts(redis, RESULT_DAYS * secondsPerDay);
    const source = new DocumentSource(DOCUMENTS_URL);
    const worker = new OrderWorker(redis, { name: INSTANCE, attempts, messages, source, recognizer }, log, {
      stuck: () => {
        log.fatal("the worker takes no orders although Redis answers: its process ends, to be started anew");
        process.exit(1);
      },
    });
    const checks = {
      redis: () => redis.ping(),
      queue: () => worker.consuming(),
      tesseract: () => recognizer.ready(),
    };
    return {
      app: createWorkerApp(log, checks),
      close: () =>
        closeAll([
          () => worker.close(),
          () => within(closeLimitMs, recognizer.close()),
          // These wait for Redis, which may be away; what the dispatcher leaves is for the others.
          () => within(closeLimitMs, dispatcher.close()),
          () => within(closeLimitMs, queue.close()),
          () => closeRedis(messages),
          () => closeRedis(redis),
        ]),
    };
  },
});
