import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { exampleOrder, localUrlOf, urlOf } from "./addresses.ts";
import { MetricsStore } from "./components/metrics-store.ts";
import { Redis } from "./components/redis.ts";
import { Router } from "./components/router.ts";
import { Service } from "./components/service.ts";
import {
  authApiEnvironment,
  ocrWorkerBuildArguments,
  ocrWorkerEnvironment,
  orderApiEnvironment,
} from "./environments.ts";
import { httpsOf } from "./https/https-settings.ts";
import { keepsData, labelsOf, nameOf } from "./names.ts";
import { Proof } from "./proof/proof.ts";
import { readSettings, samplesFolder } from "./settings.ts";
import { publicTokenKey, tokenKeyOf, tokenKeySet } from "./token-keys.ts";

const settings = readSettings();
const { nodeImage } = settings;

// A network without a way out. This machine has an address on every other bridge, but not on these.
const isolated = { internal: true, options: { "com.docker.network.bridge.inhibit_ipv4": "true" } };
// `front` reaches the outside. The Order API meets Redis on `back`, and the workers meet it on `work`, so
// that they cannot reach each other.
const front = new docker.Network(nameOf("front"), { driver: "bridge", labels: labelsOf("front") });
const back = new docker.Network(nameOf("back"), { driver: "bridge", ...isolated, labels: labelsOf("back") });
const work = new docker.Network(nameOf("work"), { driver: "bridge", ...isolated, labels: labelsOf("work") });
// On `documents` the workers reach their source: the router, or something outside the stack.
const isSourceOutside = settings.documentsUrl !== undefined;
const documents = new docker.Network(nameOf("documents"), {
  driver: "bridge",
  ...(isSourceOutside ? {} : isolated),
  labels: labelsOf("documents"),
});

// On `traces` the workers reach the receiver of their spans. The APIs reach it on `front`.
const traces =
  settings.otlpEndpoint === undefined
    ? []
    : [new docker.Network(nameOf("traces"), { driver: "bridge", labels: labelsOf("traces") })];

const jwtSecret =
  settings.jwtSecret ?? new random.RandomPassword("jwt-secret", { length: 64, special: false }).result;
const signingKey = jwtSecret.apply(tokenKeyOf);
const nextKey = settings.jwtSecretNext?.apply(tokenKeyOf);
const retiredKey = settings.retiredTokenKey && publicTokenKey(settings.retiredTokenKey);
// Public keys are no secret, although they are derived from one.
const acceptedKeys = pulumi.unsecret(
  pulumi.all([signingKey, nextKey, retiredKey]).apply((keys) => tokenKeySet(keys.filter((key) => !!key))),
);
const tokenKeys = { signing: signingKey.apply((key) => JSON.stringify(key)), accepted: acceptedKeys };

const redis = new Redis("redis", {
  image: settings.redisImage,
  networks: [back, work],
  passwordVersion: settings.redisPasswordVersion,
  acceptsPreviousPassword: settings.redisAcceptsPreviousPassword,
});

// The services that store orders and results check how much room is left in these volumes.
const redisVolume = { volume: redis.volume, path: "/redis", readOnly: true };

// Results, the search index, and the documents that users uploaded. Containers share these volumes, unlike
// Redis' volume, so a new container starts beside the one that it replaces.
const results = new docker.Volume(nameOf("results"), { labels: labelsOf("results") }, keepsData);
const search = new docker.Volume(nameOf("search"), { labels: labelsOf("search") }, keepsData);
const uploads = new docker.Volume(nameOf("uploads"), { labels: labelsOf("uploads") }, keepsData);

// The password of the user with whom the program tries the stack out (commands/lib/program-user.ts).
const programPassword = new random.RandomPassword("program-password", { length: 40, special: false }).result;

// Derives the tokens of a session from one another (services/auth-api/src/sessions).
const sessionSecret = new random.RandomPassword("session-secret", { length: 64, special: false }).result;

// The users. Only the Auth API has this volume.
const accounts = new docker.Volume(nameOf("accounts"), { labels: labelsOf("accounts") }, keepsData);

const authApi = new Service("auth-api", {
  nodeImage,
  networks: [front],
  environment: authApiEnvironment(settings, tokenKeys, programPassword, sessionSecret),
  volumes: [{ volume: accounts, path: "/accounts" }],
  // `npm run users` runs in this container too, and takes about 100 MiB beside the service.
  memoryMegabytes: 384,
  stopSeconds: 15,
});

const orderApi = new Service("order-api", {
  nodeImage,
  networks: [front, back],
  environment: orderApiEnvironment(settings, tokenKeys, redis.urls["order-api"]),
  volumes: [
    { volume: results, path: "/results", readOnly: true },
    { volume: search, path: "/search" },
    { volume: uploads, path: "/uploads" },
    redisVolume,
  ],
  memoryMegabytes: 512,
  stopSeconds: 15,
  dependsOn: [redis.ready],
});

const router = new Router("router", {
  caddyImage: settings.caddyImage,
  nodeImage,
  networks: isSourceOutside ? [front] : [front, documents],
  bindAddress: settings.bindAddress,
  httpPort: settings.httpPort,
  https: httpsOf(settings),
  trustedProxies: settings.trustedProxies,
  documentsFolder: settings.documentsFolder,
  samplesFolder,
});

const ocrWorkers = new Service("ocr-worker", {
  nodeImage,
  networks: [documents, work, ...traces],
  environment: ocrWorkerEnvironment(settings, redis.urls["ocr-worker"]),
  buildArguments: ocrWorkerBuildArguments(settings),
  volumes: [{ volume: results, path: "/results" }, { volume: uploads, path: "/uploads" }, redisVolume],
  memoryMegabytes: 1536,
  // Each worker loads its language data first, and up to 64 of them share the cores.
  startSeconds: 120,
  stopSeconds: 45,
  replicas: settings.ocrWorkers,
  dependsOn: [redis.ready, router.ready],
});

// It reaches the APIs and the router on `front`, and the workers on `work`. They still cannot reach each
// other.
const metricsStore = settings.observability
  ? new MetricsStore("metrics-store", {
      prometheusImage: settings.prometheusImage,
      networks: [front, work],
      port: settings.observabilityPort,
    })
  : undefined;

export const url = urlOf(settings);
/** Where commands on this machine reach the router, without HTTPS. */
export const localUrl = localUrlOf(settings);
export const authApiUrl = `${url}/authentication`;
export const orderApiUrl = `${url}/order`;
/** The dashboard of the metrics, on this machine; null if there is none. */
export const dashboardUrl = metricsStore ? `http://localhost:${settings.observabilityPort}/user/` : null;
export const workers = settings.ocrWorkers;
export const example = exampleOrder(url, settings.demoUsers);
/** The public key that verifies the tokens signed now. */
export const tokenKey = pulumi.unsecret(signingKey.apply(({ x }) => x));
/** Names of all containers, so that a command can check that each exists and is healthy. */
export const containers = pulumi
  .all([
    ...[redis.container, redis.ready, ...authApi.ready, ...orderApi.ready, ...ocrWorkers.ready, router.ready],
    ...(metricsStore ? [metricsStore.ready] : []),
  ])
  .apply((ready) => ready.map(({ name }) => name));
/** The sample order that proved these containers: `{orderId, seconds}`, or null. */
export const proof = new Proof("proof", { containers, url: localUrl, password: programPassword, settings })
  .result;
