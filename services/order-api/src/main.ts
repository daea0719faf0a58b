import { tokenKey } from "@orbital-witness/common/access-token.ts";
import { jwtSecretVariable, redisUrlVariable } from "@orbital-witness/common/environment.ts";
import { openOrderQueue } from "@orbital-witness/common/orders/order-queue.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis-connection.ts";
import { runService } from "@orbital-witness/common/serve.ts";
import { z } from "zod";
import { OrderAcceptance } from "./accept-order.ts";
import { createOrderApp } from "./app.ts";

await runService("order-api", {
  variables: z.object({ JWT_SECRET: jwtSecretVariable, REDIS_URL: redisUrlVariable }),
  stopSeconds: 10,
  start: ({ JWT_SECRET, REDIS_URL }, log) => {
    const redis = openRedis(REDIS_URL, log, "reject");
    const store = new OrderStore(redis);
    const queue = openOrderQueue(redis);
    const acceptance = new OrderAcceptance(store, queue, log);
    const checks = { redis: () => redis.ping() };
    return {
      app: createOrderApp({ log, key: tokenKey(JWT_SECRET), store, acceptance, checks }),
      close: async () => {
        await acceptance.close();
        await queue.close();
        await closeRedis(redis);
      },
    };
  },
});
