import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { keepsData, labelsOf, nameOf } from "./names.ts";
import { Redis } from "./redis.ts";
import { Router } from "./router.ts";
import { Service } from "./service.ts";
import { readSettings, samplesFolder } from "./settings.ts";

const settings = readSettings();
const { nodeImage, logLevel } = settings;

// `front` leads in and out; `back` leads nowhere, and the Auth API is not on it. Nor is this machine, which has an address
// on every other bridge.
const front = new docker.Network(nameOf("front"), { driver: "bridge", labels: labelsOf("front") });
const back = new docker.Network(nameOf("back"), {
  driver: "bridge",
  internal: true,
  options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
  labels: labelsOf("back"),
});

const jwtSecret =
  settings.jwtSecret ?? new random.RandomPassword("jwt-secret", { length: 64, special: false }).result;

const redis = new Redis("redis", { image: settings.redisImage, network: back });

// Pages as they were read, and the index to search them by. Unlike Redis' volume they are shared: a replacement starts beside what
// it replaces.
const results = new docker.Volume(nameOf("results"), { labels: labelsOf("results") }, keepsData);
const search = new docker.Volume(nameOf("search"), { labels: labelsOf("search") }, keepsData);

const authApi = new Service("auth-api", {
  nodeImage,
  networks: [front],
  environment: {
    JWT_SECRET: jwtSecret,
    TOKEN_SECONDS: String(settings.tokenSeconds),
    TOKEN_FAILURES_PER_MINUTE: String(settings.tokenFailuresPerMinute),
    LOG_LEVEL: logLevel,
  },
  memoryMegabytes: 256,
  stopSeconds: 15,
});

const orderApi = new Service("order-api", {
  nodeImage,
  networks: [front, back],
  environment: {
    JWT_SECRET: jwtSecret,
    REDIS_URL: redis.url,
    ORDERS_PER_MINUTE: String(settings.ordersPerMinute),
    RESULT_DAYS: String(settings.resultDays),
    RESULTS_FOLDER: "/results",
    SEARCH_FOLDER: "/search",
    // A third less processor time for each order than with V8's own small nursery.
    NODE_OPTIONS: "--max-semi-space-size=32 --max-old-space-size=128",
    // Else the memory of a page's picture, of a PDF that is made, stays with the allocator: 470 MB instead of 300 after 60 pages.
    MALLOC_ARENA_MAX: "2",
    MALLOC_TRIM_THRESHOLD_: "131072",
    LOG_LEVEL: logLevel,
  },
  volumes: [
    { volume: results, path: "/results", readOnly: true },
    { volume: search, path: "/search" },
  ],
  memoryMegabytes: 512,
  stopSeconds: 15,
  dependsOn: [redis.container],
});

const ocrWorkers = new Service("ocr-worker", {
  nodeImage,
  networks: [front, back],
  environment: {
    REDIS_URL: redis.url,
    DOCUMENTS_URL: settings.documentsUrl ?? "http://router:8081",
    RESULT_DAYS: String(settings.resultDays),
    RESULTS_FOLDER: "/results",
    OCR_LANGUAGES: settings.ocrLanguages,
    DOCUMENT_MEGABYTES: String(settings.documentMegabytes),
    DECOMPRESSED_MEGABYTES: String(settings.decompressedMegabytes),
    DOCUMENT_PAGES: String(settings.documentPages),
    PAGE_MEGAPIXELS: String(settings.pageMegapixels),
    PAGE_SECONDS: String(settings.pageSeconds),
    LOG_LEVEL: logLevel,
  },
  buildArguments: { OCR_LANGUAGES: settings.ocrLanguages },
  volumes: [{ volume: results, path: "/results" }],
  memoryMegabytes: 1536,
  // Each loads its language data first, and up to 64 share the cores.
  startSeconds: 120,
  stopSeconds: 45,
  replicas: settings.ocrWorkers,
  dependsOn: [redis.container],
});

const router = new Router("router", {
  image: settings.caddyImage,
  network: front,
  bindAddress: settings.bindAddress,
  httpPort: settings.httpPort,
  documentsFolder: settings.documentsFolder,
  samplesFolder,
});

const host =
  settings.bindAddress === "127.0.0.1" || settings.bindAddress === "0.0.0.0"
    ? "localhost"
    : settings.bindAddress;
export const url = settings.httpPort === 80 ? `http://${host}` : `http://${host}:${settings.httpPort}`;
export const authApiUrl = `${url}/authentication`;
export const orderApiUrl = `${url}/order`;
export const workers = settings.ocrWorkers;
export const example =
  `token=$(curl -s ${url}/token -d username=alice -d password=password | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/') && ` +
  `curl -i ${url}/orders -d title_number=OW12345678 -d document_type=lease -d token=$token`;
/** Names of all containers, for whoever wants to see that each is there and well. */
export const containers = pulumi.all(
  [
    redis.container,
    ...authApi.containers,
    ...orderApi.containers,
    ...ocrWorkers.containers,
    router.container,
  ].map((container) => container.name),
);
