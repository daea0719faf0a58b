import { tokenKey } from "@orbital-witness/common/access-token.ts";
import {
  jwtSecretVariable,
  redisUrlVariable,
  resultDaysVariable,
  resultsFolderVariable,
  secondsPerDay,
  wholeNumber,
} from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/serve.ts";
import { z } from "zod";
import { startOrderApi } from "./order-api.ts";

await runService("order-api", {
  variables: z.object({
    JWT_SECRET: jwtSecretVariable,
    REDIS_URL: redisUrlVariable,
    RESULT_DAYS: resultDaysVariable,
    RESULTS_FOLDER: resultsFolderVariable,
    ORDERS_PER_MINUTE: wholeNumber(1, 1_000_000, 600),
  }),
  stopSeconds: 10,
  start: ({ JWT_SECRET, REDIS_URL, RESULT_DAYS, RESULTS_FOLDER, ORDERS_PER_MINUTE }, log) =>
    startOrderApi({
      log,
      key: tokenKey(JWT_SECRET),
      redisUrl: REDIS_URL,
      retentionSeconds: RESULT_DAYS * secondsPerDay,
      resultsFolder: RESULTS_FOLDER,
      ordersPerMinute: ORDERS_PER_MINUTE,
    }),
});
