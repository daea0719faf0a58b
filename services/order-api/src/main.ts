import {
  folderVariable,
  redisUrlVariable,
  resultDaysVariable,
  secondsPerDay,
  wholeNumber,
} from "@orbital-witness/common/environment.ts";
import { runService } from "@orbital-witness/common/http/serve.ts";
import { publicKeySetVariable, verifyingKeys } from "@orbital-witness/common/tokens/token-keys.ts";
import { z } from "zod";
import { isUpload } from "./accept/upload/is-upload.ts";
import { issuerVariables, tokenIssuerOf } from "./access/issuer/issuer-variables.ts";
import { startOrderApi } from "./order-api.ts";

const healthVariable = z
  .url({ protocol: /^http$/ })
  .optional()
  .meta({ description: "the address of a health check, such as http://auth-api:8080/readyz" });

await runService("order-api", {
  variables: z.object({
    TOKEN_KEYS: publicKeySetVariable,
    ...issuerVariables,
    REDIS_URL: redisUrlVariable,
    RESULT_DAYS: resultDaysVariable,
    ORDERS_PER_MINUTE: wholeNumber(1, 1_000_000, 600),
    READS_PER_MINUTE: wholeNumber(1, 1_000_000, 6000),
    DOWNLOADS_PER_MINUTE: wholeNumber(1, 1_000_000, 1200),
    SEARCHES_PER_MINUTE: wholeNumber(1, 1_000_000, 300),
    STREAMS_PER_MINUTE: wholeNumber(1, 1_000_000, 600),
    RESULTS_FOLDER: folderVariable,
    SEARCH_FOLDER: folderVariable,
    UPLOADS_FOLDER: folderVariable,
    DOCUMENT_MEGABYTES: wholeNumber(1, 512, 64),
    REDIS_FOLDER: folderVariable.optional(),
    DOCUMENT_LISTS_URL: z
      .url({ protocol: /^http$/ })
      .optional()
      .meta({ description: "an address without a slash at its end, such as http://router:8083" }),
    AUTH_API_HEALTH: healthVariable,
    ROUTER_HEALTH: healthVariable,
  }),
  // The last answers may take 3 s, the revocations 6 s, closing the connections 2 s, and the last spans 1 s.
  stopSeconds: 13,
  mayTakeLong: isUpload,
  start: ({ TOKEN_KEYS, REDIS_URL, RESULT_DAYS, ORDERS_PER_MINUTE, ...others }, log, metrics) =>
    startOrderApi({
      log,
      metrics,
      keys: verifyingKeys(TOKEN_KEYS),
      tokenIssuer: tokenIssuerOf(others),
      redisUrl: REDIS_URL,
      retentionSeconds: RESULT_DAYS * secondsPerDay,
      ordersPerMinute: ORDERS_PER_MINUTE,
      readLimits: {
        reads: others.READS_PER_MINUTE,
        downloads: others.DOWNLOADS_PER_MINUTE,
        searches: others.SEARCHES_PER_MINUTE,
        streams: others.STREAMS_PER_MINUTE,
      },
      resultsFolder: others.RESULTS_FOLDER,
      searchFolder: others.SEARCH_FOLDER,
      uploadsFolder: others.UPLOADS_FOLDER,
      documentMegabytes: others.DOCUMENT_MEGABYTES,
      redisFolder: others.REDIS_FOLDER,
      documentListsUrl: others.DOCUMENT_LISTS_URL,
      neighbours: { "auth-api": others.AUTH_API_HEALTH, router: others.ROUTER_HEALTH },
    }),
});
