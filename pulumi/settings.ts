import { existsSync, statSync } from "node:fs";
import { isIPv4 } from "node:net";
import { availableParallelism } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isAddressOrNetwork, isHost, TLS_ISSUERS } from "./https/host-forms.ts";
import { isIssuerUrl } from "./issuer-url.ts";

/** The folder of Pulumi.yaml. Relative folders in settings start here. */
export const projectFolder = path.resolve(import.meta.dirname, "..");

/** The project's sample scans. */
export const samplesFolder = path.join(projectFolder, "samples/scans");

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];
const SECOND_READERS = ["off", "doubtful", "always"];
const MIN_SECRET_BYTES = 32;
const MAX_WORKERS = 64;
/** Tesseract's names of language data, joined as it joins them: eng, eng+cym, chi_sim. */
const LANGUAGES = /^[a-z]{3}(_[a-z]+)*(\+[a-z]{3}(_[a-z]+)*){0,9}$/;

export interface Settings {
  readonly httpPort: number;
  readonly bindAddress: string;
  /** Name or address of the router for clients, which use HTTPS; undefined for plain HTTP. */
  readonly publicHost: string | undefined;
  readonly httpsPort: number;
  /** Port of plain HTTP for this machine, used if `publicHost` is set. */
  readonly localPort: number;
  /** Whether other machines may reach the router without HTTPS. */
  readonly plainHttp: boolean;
  readonly tlsIssuer: string;
  /** Absolute path of a PEM file; undefined if `tlsIssuer` issues the certificate. */
  readonly tlsCertificateFile: string | undefined;
  /** Absolute path of a PEM file. */
  readonly tlsKeyFile: string | undefined;
  /** Addresses and networks of load balancers in front of the router. */
  readonly trustedProxies: readonly string[];
  /** By default the number of this machine's cores. */
  readonly ocrWorkers: number;
  /** Tesseract's codes, joined by `+`. */
  readonly ocrLanguages: string;
  /** Which words a second reader reads again. */
  readonly secondReader: string;
  /** The Python package index from which the build of the worker's image takes the second reader's model. */
  readonly pythonIndex: string;
  /** Size limit of a document as its source sends it, in MiB. */
  readonly documentMegabytes: number;
  /** Size limit of a document that was sent compressed, in MiB. */
  readonly decompressedMegabytes: number;
  readonly documentPages: number;
  readonly pageMegapixels: number;
  /** Time limit for one page, from its decoding to its words. */
  readonly pageSeconds: number;
  /** Whether alice, bob and charlie exist, whose password is public. */
  readonly demoUsers: boolean;
  readonly tokenSeconds: number;
  /** How long a session of a browser lasts without being used. */
  readonly sessionIdleMinutes: number;
  /** How long a session of a browser lasts at most. */
  readonly sessionHours: number;
  /** Limit of wrong passwords of one user from one address. */
  readonly tokenFailuresPerMinute: number;
  /** Another issuer whose access tokens the Order API accepts; undefined if it accepts only our own. */
  readonly tokenIssuer: string | undefined;
  /** Where that issuer's keys are; undefined to find them by OpenID Connect Discovery. */
  readonly tokenJwksUrl: string | undefined;
  /** What that issuer's access tokens must have as `aud`. */
  readonly tokenAudience: string;
  /** The scope that allows the holder of that issuer's tokens to order. */
  readonly tokenOrderScope: string;
  /** Limit of one user's orders and retries. */
  readonly ordersPerMinute: number;
  /** Limit of one user's requests for orders and lists. */
  readonly readsPerMinute: number;
  /** Limit of one user's requests for results and pictures of pages. */
  readonly downloadsPerMinute: number;
  readonly searchesPerMinute: number;
  /** Limit of the event streams that one user opens. */
  readonly streamsPerMinute: number;
  /** How long an order and its result are kept after the order ended. */
  readonly resultDays: number;
  readonly logLevel: string;
  /** Whether an update that changed a container orders a sample page, and fails if it is not read. */
  readonly proveOnUp: boolean;
  /** Each version gives the services new passwords for Redis. */
  readonly redisPasswordVersion: number;
  readonly redisAcceptsPreviousPassword: boolean;
  /** Absolute path; undefined if `documentsUrl` is set. */
  readonly documentsFolder: string | undefined;
  /** Base address of another document source; by default the router serves the folder. */
  readonly documentsUrl: string | undefined;
  /** Where the services send spans; undefined if they record none. */
  readonly otlpEndpoint: string | undefined;
  readonly nodeImage: string;
  readonly redisImage: string;
  readonly caddyImage: string;
  /** Whether the stack has a store of the metrics, with a dashboard and alerts. */
  readonly observability: boolean;
  /** Port of its page on 127.0.0.1. */
  readonly observabilityPort: number;
  readonly prometheusImage: string;
  /** The key of the access tokens is derived from it. At least 32 bytes; undefined if the stack has none. */
  readonly jwtSecret: pulumi.Output<string> | undefined;
  /** The same for the next key, which is accepted but signs nothing yet. `npm run rotate-key` sets it. */
  readonly jwtSecretNext: pulumi.Output<string> | undefined;
  /** The public key (32 bytes in base64url) that signed tokens before. `npm run rotate-key` sets it. */
  readonly retiredTokenKey: string | undefined;
}

/**
 * The stack's settings, checked. Pulumi.yaml has the types, descriptions and defaults, except for the
 * optional `ocrWorkers`, `documentsUrl`, `jwtSecret`, `jwtSecretNext`, `retiredTokenKey`,
 * `tokenIssuer` and `tokenJwksUrl`.
 * @throws pulumi.RunError that names every setting out of range, its range and its value
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const problems: string[] = [];
  const check = <T>(key: string, value: T, isValid: boolean, wanted: string): T => {
    if (!isValid) {
      problems.push(`${key} must be ${wanted}, but is ${withoutAccess(JSON.stringify(value) ?? "not set")}`);
    }
    return value;
  };
  const wholeNumber = (key: string, min: number, max: number, value = config.requireNumber(key)): number => {
    const isValid = Number.isInteger(value) && value >= min && value <= max;
    return check(key, value, isValid, `a whole number from ${min} to ${max}`);
  };
  const image = (key: string): string => {
    const value = config.require(key);
    return check(
      key,
      value,
      /^[a-z0-9][\w./:@-]*$/.test(value),
      "an image's name, such as redis:7.2-bookworm",
    );
  };

  const bindAddress = config.require("bindAddress");
  const demoUsers = config.requireBoolean("demoUsers");
  const logLevel = config.require("logLevel");
  const ocrLanguages = config.require("ocrLanguages");
  const secondReader = config.require("secondReader");
  const pythonIndex = config.require("pythonIndex");
  const publicHost = config.require("publicHost") || undefined;
  const plainHttp = config.requireBoolean("plainHttp");
  const tlsIssuer = config.require("tlsIssuer");
  const file = (key: string) => {
    const value = config.require(key);
    return value === "" ? undefined : path.resolve(projectFolder, value);
  };
  const [tlsCertificateFile, tlsKeyFile] = [file("tlsCertificateFile"), file("tlsKeyFile")];
  const trustedProxies = config
    .require("trustedProxies")
    .split(/[\s,]+/)
    .filter(Boolean);
  const cores = Math.min(availableParallelism(), MAX_WORKERS);
  const documentsUrl = config.get("documentsUrl") || undefined;
  const otlpEndpoint = config.require("otlpEndpoint") || undefined;
  const retiredTokenKey = config.get("retiredTokenKey") || undefined;
  const tokenIssuer = config.get("tokenIssuer") || undefined;
  const tokenJwksUrl = config.get("tokenJwksUrl") || undefined;
  const issuerUrl = (key: string, value: string | undefined) =>
    check(
      key,
      value,
      value === undefined || isIssuerUrl(value),
      "an https address without user, query or fragment (http only for a private address)",
    );
  const word = (key: string): string => {
    const value = config.require(key);
    return check(key, value, /^[!-~]{1,255}$/.test(value), "1 to 255 visible characters without spaces");
  };
  const documentsFolder =
    documentsUrl === undefined ? path.resolve(projectFolder, config.require("documentsFolder")) : undefined;
  const settings: Settings = {
    httpPort: wholeNumber("httpPort", 1, 65_535),
    bindAddress: check("bindAddress", bindAddress, isIPv4(bindAddress), "an IPv4 address, such as 127.0.0.1"),
    publicHost: check(
      "publicHost",
      publicHost,
      publicHost === undefined || isHost(publicHost),
      "a name or an IPv4 address, such as registry.example.org, without scheme and port",
    ),
    httpsPort: wholeNumber("httpsPort", 1, 65_535),
    localPort: wholeNumber("localPort", 1, 65_535),
    plainHttp: check(
      "plainHttp",
      plainHttp,
      plainHttp || publicHost !== undefined || !isIPv4(bindAddress) || isLoopback(bindAddress),
      `true while bindAddress is ${bindAddress} and publicHost is not set, because passwords and tokens ` +
        "would cross the network unencrypted (set publicHost for HTTPS; plainHttp is for a proxy with TLS)",
    ),
    tlsIssuer: check(
      "tlsIssuer",
      tlsIssuer,
      TLS_ISSUERS.includes(tlsIssuer),
      `one of ${TLS_ISSUERS.join(", ")}`,
    ),
    tlsCertificateFile,
    tlsKeyFile: check(
      "tlsKeyFile",
      tlsKeyFile,
      (tlsKeyFile === undefined) === (tlsCertificateFile === undefined),
      "set if tlsCertificateFile is set, and only then",
    ),
    trustedProxies: check(
      "trustedProxies",
      trustedProxies,
      trustedProxies.every(isAddressOrNetwork),
      "IP addresses or networks, joined by commas, such as 10.0.0.7,192.168.0.0/24",
    ),
    ocrWorkers: wholeNumber("ocrWorkers", 1, MAX_WORKERS, config.getNumber("ocrWorkers") ?? cores),
    ocrLanguages: check(
      "ocrLanguages",
      ocrLanguages,
      LANGUAGES.test(ocrLanguages),
      "one to ten of tesseract's language codes, joined by +, such as eng or eng+cym",
    ),
    secondReader: check(
      "secondReader",
      secondReader,
      SECOND_READERS.includes(secondReader),
      `one of ${SECOND_READERS.join(", ")}`,
    ),
    pythonIndex: check(
      "pythonIndex",
      pythonIndex,
      isPlainHttpUrl(pythonIndex) && !pythonIndex.endsWith("/"),
      "an http or https address without user, query, fragment or a / at its end",
    ),
    documentMegabytes: wholeNumber("documentMegabytes", 1, 512),
    decompressedMegabytes: wholeNumber("decompressedMegabytes", 1, 512),
    documentPages: wholeNumber("documentPages", 1, 5000),
    pageMegapixels: wholeNumber("pageMegapixels", 1, 100),
    pageSeconds: wholeNumber("pageSeconds", 5, 600),
    demoUsers: check(
      "demoUsers",
      demoUsers,
      !demoUsers || !isIPv4(bindAddress) || isLoopback(bindAddress),
      `false while bindAddress is ${bindAddress}, because the demo users' password is public ` +
        "(add people by `npm run users`, see docs/accounts.md)",
    ),
    tokenSeconds: wholeNumber("tokenSeconds", 1, 86_400),
    sessionIdleMinutes: wholeNumber("sessionIdleMinutes", 1, 43_200),
    sessionHours: wholeNumber("sessionHours", 1, 8760),
    tokenFailuresPerMinute: wholeNumber("tokenFailuresPerMinute", 1, 10_000),
    tokenIssuer: issuerUrl("tokenIssuer", tokenIssuer),
    tokenJwksUrl: check(
      "tokenJwksUrl",
      issuerUrl("tokenJwksUrl", tokenJwksUrl),
      tokenJwksUrl === undefined || tokenIssuer !== undefined,
      "unset while tokenIssuer is not set",
    ),
    tokenAudience: word("tokenAudience"),
    tokenOrderScope: word("tokenOrderScope"),
    ordersPerMinute: wholeNumber("ordersPerMinute", 1, 1_000_000),
    readsPerMinute: wholeNumber("readsPerMinute", 1, 1_000_000),
    downloadsPerMinute: wholeNumber("downloadsPerMinute", 1, 1_000_000),
    searchesPerMinute: wholeNumber("searchesPerMinute", 1, 1_000_000),
    streamsPerMinute: wholeNumber("streamsPerMinute", 1, 1_000_000),
    resultDays: wholeNumber("resultDays", 1, 3650),
    proveOnUp: config.requireBoolean("proveOnUp"),
    redisPasswordVersion: wholeNumber("redisPasswordVersion", 1, 1_000_000),
    redisAcceptsPreviousPassword: config.requireBoolean("redisAcceptsPreviousPassword"),
    logLevel: check("logLevel", logLevel, LOG_LEVELS.includes(logLevel), `one of ${LOG_LEVELS.join(", ")}`),
    documentsFolder: check(
      "documentsFolder",
      documentsFolder,
      documentsFolder === undefined || isFolder(documentsFolder),
      "a folder that exists",
    ),
    documentsUrl: check(
      "documentsUrl",
      documentsUrl,
      documentsUrl === undefined || isPlainHttpUrl(documentsUrl),
      "an http or https address without user, query or fragment",
    ),
    otlpEndpoint: check(
      "otlpEndpoint",
      otlpEndpoint,
      otlpEndpoint === undefined || (isPlainHttpUrl(otlpEndpoint) && !isOfContainer(otlpEndpoint)),
      "an http or https address without user, query or fragment that containers reach, such as " +
        "http://192.168.1.7:4318 (localhost is each container itself)",
    ),
    nodeImage: image("nodeImage"),
    redisImage: image("redisImage"),
    caddyImage: image("caddyImage"),
    observability: config.requireBoolean("observability"),
    observabilityPort: wholeNumber("observabilityPort", 1, 65_535),
    prometheusImage: image("prometheusImage"),
    jwtSecret: config.getSecret("jwtSecret")?.apply((secret) => longEnough("jwtSecret", secret)),
    jwtSecretNext: config.getSecret("jwtSecretNext")?.apply((secret) => longEnough("jwtSecretNext", secret)),
    retiredTokenKey: check(
      "retiredTokenKey",
      retiredTokenKey,
      retiredTokenKey === undefined || /^[A-Za-z0-9_-]{43}$/.test(retiredTokenKey),
      "an Ed25519 public key in base64url, as `npm run rotate-key` sets it",
    ),
  };
  if (problems.length > 0) {
    const set = `pulumi config set <setting> <value> --stack ${pulumi.getStack()}`;
    throw new pulumi.RunError(
      `Settings out of range:\n  ${problems.join("\n  ")}\nChange one by \`${set}\`.`,
    );
  }
  return settings;
}

/** Only this machine can reach such an address. */
function isLoopback(address: string): boolean {
  return address.startsWith("127.");
}

function isFolder(folder: string): boolean {
  return existsSync(folder) && statSync(folder).isDirectory();
}

function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    !url.username &&
    !url.password &&
    !url.search &&
    !url.hash
  );
}

/** Within a container, such an address is the container itself. */
function isOfContainer(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || isLoopback(hostname);
}

/** Hides the user, password and query of a rejected address: they may give access. */
function withoutAccess(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//***@").replace(/\?[^"]*/, "?***");
}

function longEnough(key: string, secret: string): string {
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_SECRET_BYTES) {
    throw new pulumi.RunError(
      `${key} must have at least ${MIN_SECRET_BYTES} bytes, but has ${bytes}. ` +
        `Set another by \`pulumi config set --secret ${key} --stack ${pulumi.getStack()}\`.`,
    );
  }
  return secret;
}
