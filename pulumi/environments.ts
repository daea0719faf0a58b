import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings.ts";

/** The keys of tokens, as the services read them. */
export interface TokenKeys {
  /** A JSON Web Key with its private half, a secret. */
  readonly signing: pulumi.Output<string>;
  /** The JSON Web Key Set of all keys whose tokens are accepted. */
  readonly accepted: pulumi.Output<string>;
}

type Environment = Readonly<Record<string, pulumi.Input<string>>>;

/** Where every part answers `GET /metrics`, also in the Caddyfile. The port is not published. */
export const METRICS_PORT = 9464;

const everyService = ({ logLevel, otlpEndpoint }: Settings): Environment => ({
  LOG_LEVEL: logLevel,
  METRICS_PORT: String(METRICS_PORT),
  // Without an address the services load nothing for traces.
  ...(otlpEndpoint !== undefined && { OTLP_ENDPOINT: otlpEndpoint }),
});

/** Each service gets only what it needs, because every copy of a secret can leak. */
export function authApiEnvironment(
  settings: Settings,
  tokenKeys: TokenKeys,
  programPassword: pulumi.Output<string>,
  sessionSecret: pulumi.Output<string>,
): Environment {
  return {
    TOKEN_KEY: tokenKeys.signing,
    TOKEN_KEYS: tokenKeys.accepted,
    TOKEN_SECONDS: String(settings.tokenSeconds),
    TOKEN_FAILURES_PER_MINUTE: String(settings.tokenFailuresPerMinute),
    ACCOUNTS_FOLDER: "/accounts",
    DEMO_USERS: String(settings.demoUsers),
    PROGRAM_PASSWORD: programPassword,
    SESSION_SECRET: sessionSecret,
    SESSION_IDLE_MINUTES: String(settings.sessionIdleMinutes),
    SESSION_HOURS: String(settings.sessionHours),
    ...everyService(settings),
  };
}

export function orderApiEnvironment(
  settings: Settings,
  { accepted }: TokenKeys,
  redisUrl: pulumi.Output<string>,
): Environment {
  return {
    TOKEN_KEYS: accepted,
    ...issuerEnvironment(settings),
    REDIS_URL: redisUrl,
    ORDERS_PER_MINUTE: String(settings.ordersPerMinute),
    READS_PER_MINUTE: String(settings.readsPerMinute),
    DOWNLOADS_PER_MINUTE: String(settings.downloadsPerMinute),
    SEARCHES_PER_MINUTE: String(settings.searchesPerMinute),
    STREAMS_PER_MINUTE: String(settings.streamsPerMinute),
    RESULT_DAYS: String(settings.resultDays),
    RESULTS_FOLDER: "/results",
    REDIS_FOLDER: "/redis",
    SEARCH_FOLDER: "/search",
    UPLOADS_FOLDER: "/uploads",
    DOCUMENT_MEGABYTES: String(settings.documentMegabytes),
    // Another source cannot be listed.
    ...(settings.documentsUrl === undefined && { DOCUMENT_LISTS_URL: "http://router:8083" }),
    // What operators see of the other parts. The Order API works without them.
    AUTH_API_HEALTH: "http://auth-api:8080/readyz",
    ROUTER_HEALTH: "http://router:8080/health",
    // With this size, orders take a third less processor time than with V8's default young generation.
    NODE_OPTIONS: "--max-semi-space-size=32 --max-old-space-size=128",
    // Without this, the allocator keeps the memory of page pictures: 470 MB instead of 300 MB after 60 pages.
    MALLOC_ARENA_MAX: "2",
    MALLOC_TRIM_THRESHOLD_: "131072",
    ...everyService(settings),
  };
}

function issuerEnvironment(settings: Settings): Environment {
  const { tokenIssuer, tokenJwksUrl, tokenAudience, tokenOrderScope } = settings;
  if (tokenIssuer === undefined) return {};
  return {
    TOKEN_ISSUER: tokenIssuer,
    ...(tokenJwksUrl === undefined ? {} : { TOKEN_JWKS_URL: tokenJwksUrl }),
    TOKEN_AUDIENCE: tokenAudience,
    TOKEN_ORDER_SCOPE: tokenOrderScope,
  };
}

export function ocrWorkerEnvironment(settings: Settings, redisUrl: pulumi.Output<string>): Environment {
  return {
    REDIS_URL: redisUrl,
    DOCUMENTS_URL: settings.documentsUrl ?? "http://router:8081",
    RESULT_DAYS: String(settings.resultDays),
    RESULTS_FOLDER: "/results",
    UPLOADS_FOLDER: "/uploads",
    REDIS_FOLDER: "/redis",
    OCR_LANGUAGES: settings.ocrLanguages,
    SECOND_READER: settings.secondReader,
    DOCUMENT_MEGABYTES: String(settings.documentMegabytes),
    DECOMPRESSED_MEGABYTES: String(settings.decompressedMegabytes),
    DOCUMENT_PAGES: String(settings.documentPages),
    PAGE_MEGAPIXELS: String(settings.pageMegapixels),
    PAGE_SECONDS: String(settings.pageSeconds),
    ...everyService(settings),
  };
}

/** What the worker's image contains. Which words are read again is no reason to build another one. */
export function ocrWorkerBuildArguments(settings: Settings): Readonly<Record<string, string>> {
  const { ocrLanguages, secondReader, pythonIndex } = settings;
  return {
    OCR_LANGUAGES: ocrLanguages,
    ...(secondReader === "off"
      ? { SECOND_READER: "off" }
      : { SECOND_READER: "on", PYTHON_INDEX: pythonIndex }),
  };
}
