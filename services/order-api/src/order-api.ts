import { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { RateLimit } from "@orbital-witness/common/http/rate-limit.ts";
import type { Log } from "@orbital-witness/common/log.ts";
import { LimitMetrics } from "@orbital-witness/common/metrics/limit-metrics.ts";
import { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { requestMetrics } from "@orbital-witness/common/metrics/request-metrics.ts";
import {
  CapacityGuard,
  type CapacityOptions,
  reserves,
} from "@orbital-witness/common/orders/capacity-guard.ts";
import { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import { closeRedis, openRedis } from "@orbital-witness/common/redis/redis-connection.ts";
import { openResultStore, resultStoreSettings } from "@orbital-witness/common/results/open-result-store.ts";
import { within } from "@orbital-witness/common/time-limit.ts";
import type { VerifyingKeys } from "@orbital-witness/common/tokens/token-keys.ts";
import { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { OrderAcceptance } from "./accept/accept-order.ts";
import { OrderForms, uploadLimits } from "./accept/upload/order-form.ts";
import { acceptIssuer, type TokenIssuer } from "./access/issuer/accept-issuer.ts";
import { type ReadLimits, ReadQuotas } from "./access/read-quotas.ts";
import { createOrderApp } from "./app.ts";
import { FolderLists } from "./documents/folder-lists.ts";
import { ChangeReader } from "./follow/changes/change-reader.ts";
import { OrderChangesFeed } from "./follow/changes/order-changes-feed.ts";
import { OpenStreams } from "./follow/open-streams.ts";
import { type FeedOptions, OrderFeed } from "./follow/order-feed.ts";
import { OrderViews } from "./follow/order-views.ts";
import { OrderLists } from "./list/order-lists.ts";
import { Downloads } from "./results/downloads.ts";
import { SearchIndexer } from "./search/search-indexer.ts";
import { searchWorker } from "./search/search-worker.ts";
import type { Neighbours } from "./stack/neighbours.ts";
import { addOrderMetrics } from "./stack/order-metrics.ts";
import { StackReader } from "./stack/stack-reader.ts";

export type OrderApiOptions = {
  log: Log;
  metrics?: Metrics;
  /** The keys of the Auth API that verify tokens. */
  keys: VerifyingKeys;
  /** Another issuer whose access tokens are accepted too. */
  tokenIssuer?: TokenIssuer | undefined;
  redisUrl: string;
  /** How long an order and its result are kept after its end. */
  retentionSeconds: number;
  /** The folder of the result store. */
  resultsFolder: string;
  /** The folder of the search index. */
  searchFolder: string;
  /** A folder on the file system that Redis writes to, to check how much room is left there. */
  redisFolder?: string | undefined;
  /** Returns the number of free bytes on a folder's file system. */
  freeBytes?: CapacityOptions["freeBytes"];
  /** Limit per user. Retries count too. */
  ordersPerMinute: number;
  /** The folder of the documents that users uploaded. */
  uploadsFolder: string;
  /** Size limit of an uploaded document, in MiB. */
  documentMegabytes: number;
  /** Limits per user and minute. */
  readLimits: ReadLimits;
  feed?: FeedOptions;
  /** The health checks of other parts of the stack, for operators. */
  neighbours?: Neighbours;
  /** Where the router lists the folders of the document source. Undefined for another source. */
  documentListsUrl?: string | undefined;
};

const closeLimitMs = 1000;
/**
 * A PDF usually keeps a megabyte in memory until its reader has received it, and ten megabytes for the
 * largest pages. A result in another format keeps some hundred kilobytes.
 */
const downloadLimits = {
  pdf: { slots: 6, slotsPerClient: 2, retrySeconds: 5 },
  text: { slots: 12, slotsPerClient: 4, waiting: 200, waitingPerClient: 20, retrySeconds: 2 },
  ...{ textWaitMs: 3000, idleMs: 30_000 },
};
/**
 * Searches share one thread, which takes up to 80 ms for each. If more of them ran at once, answers would
 * take longer than the limit.
 */
const searchLimits = { slots: 40, slotsPerClient: 10, retrySeconds: 1 };

/** Changes of many orders at once take turns, so that they leave Redis time for others. */
const bulkLimits = { slots: 4, slotsPerClient: 1, retrySeconds: 1 };

/** The Order API with its connections. Does not wait for Redis. */
export function startOrderApi(options: OrderApiOptions) {
  const {
    log,
    metrics = new Metrics(),
    keys,
    redisUrl,
    retentionSeconds,
    ordersPerMinute,
    resultsFolder,
    searchFolder,
  } = options;
  const redis = openRedis(redisUrl, log, "reject");
  const messages = openRedis(redisUrl, log.child({ connection: "messages" }), "wait");
  const resultStore = resultStoreSettings(resultsFolder, options.uploadsFolder);
  const results = openResultStore(resultStore);
  const store = new OrderStore(redis, results, retentionSeconds);
  const { redisFolder, freeBytes } = options;
  const capacity = new CapacityGuard(
    { redis, resultsFolder, redisFolder, reserve: reserves.accepting, ...(freeBytes && { freeBytes }) },
    log,
  );
  const retentionMs = retentionSeconds * 1000;
  const search = searchWorker({ resultStore, searchFolder, retentionMs }, log);
  const lists = new OrderLists(redis, store, { folder: searchFolder, retentionMs }, log);
  const indexer = new SearchIndexer(redis, store, search, log);
  const acceptance = new OrderAcceptance({ store, capacity }, log);
  const foreign = options.tokenIssuer && acceptIssuer(options.tokenIssuer, redis, log);
  const changes = openRedis(redisUrl, log.child({ connection: "changes" }), "wait");
  const changeReader = new ChangeReader(changes, log);
  const views = new OrderViews(store, capacity, log);
  const stopping = new AbortController();
  const quota = { name: "orders", of: "orders of one user", limit: ordersPerMinute, windowSeconds: 60 };
  const limits = new LimitMetrics(metrics);
  const limit = new RateLimit(quota, limits);
  const uploads = new UploadStore(options.uploadsFolder);
  const tokens = new TokenVerifier(keys, { foreign: foreign?.tokens });
  const { documentMegabytes } = options;
  const limiter = new ConcurrencyLimiter(uploadLimits);
  const forms = new OrderForms({ tokens, uploads, capacity, limiter, documentMegabytes });
  const tools = {
    ...{ forms, uploads },
    ...{ store, capacity, acceptance, indexer, search, lists },
    views,
    ...{ tokens, quotas: new ReadQuotas(tokens, options.readLimits, limits) },
    feed: new OrderFeed(store, messages, log, options.feed),
    changes: new OrderChangesFeed(redis, changeReader, views, log, options.feed?.heartbeatMs),
    streams: new OpenStreams(stopping.signal),
    results,
    downloads: new Downloads(downloadLimits),
    bulk: new ConcurrencyLimiter(bulkLimits),
    searches: new ConcurrencyLimiter(searchLimits),
    limit,
    corrected: metrics.counter({
      name: "corrections_total",
      help: "Operations on words of pages that users corrected",
      labels: ["op"],
    }),
    documentLists:
      options.documentListsUrl === undefined ? undefined : new FolderLists(options.documentListsUrl),
    stack: new StackReader({
      redis,
      capacity,
      resultsFolder,
      redisFolder,
      neighbours: options.neighbours ?? {},
    }),
  };
  const { bulk, searches, downloads } = tools;
  const { pdf, text } = downloads.limiters;
  addOrderMetrics(metrics, limits, {
    ...{ stack: tools.stack, streams: tools.streams },
    limiters: { uploads: limiter, bulk, searches, "pdf-downloads": pdf, "text-downloads": text },
  });
  const observe = requestMetrics(metrics);
  return {
    ...{ redis, store, acceptance, listsStarted: lists.started },
    app: createOrderApp({
      log,
      observe,
      checks: { redis: () => redis.ping(), lists: () => lists.started },
      tools,
    }),
    stopping: () => stopping.abort(),
    close: async () => {
      stopping.abort();
      changeReader.close();
      foreign?.close();
      const soon = (part: { close(): Promise<void> }) =>
        within(closeLimitMs, part.close()).catch((err: unknown) =>
          log.warn({ err }, "closed while work was running"),
        );
      // Each of these waits if Redis hangs. The revocations get most of the time, and the others little.
      await Promise.all([acceptance.close(), soon(capacity), soon(indexer), soon(lists)]);
      await soon({ close: () => search.close("close") });
      // An answer that it waits for comes when an order changes.
      if (changes.isOpen) changes.destroy();
      await Promise.all([closeRedis(messages), closeRedis(redis)]);
    },
  };
}
