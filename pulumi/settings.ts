import { existsSync, statSync } from "node:fs";
import { isIPv4 } from "node:net";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Relative folders of the settings count from here, where Pulumi.yaml stands. */
export const projectFolder = path.resolve(import.meta.dirname, "..");

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];
const MIN_SECRET_BYTES = 32;

export interface Settings {
  readonly httpPort: number;
  readonly bindAddress: string;
  readonly ocrWorkers: number;
  readonly tokenSeconds: number;
  /** Of one user from one address. */
  readonly tokenFailuresPerMinute: number;
  /** Of one user. */
  readonly ordersPerMinute: number;
  /** How long an order and its text stay after its end. */
  readonly resultDays: number;
  readonly logLevel: string;
  /** Absolute path; undefined where the source is elsewhere. */
  readonly documentsFolder: string | undefined;
  /** Base address of a document source elsewhere; the folder, served by the router, where it is not set. */
  readonly documentsUrl: string | undefined;
  readonly nodeImage: string;
  readonly redisImage: string;
  readonly caddyImage: string;
  /** Key of the access tokens, at least 32 bytes; undefined where the stack has none of its own. */
  readonly jwtSecret: pulumi.Output<string> | undefined;
}

/**
 * The stack's settings, checked. Types, descriptions and defaults stand in Pulumi.yaml, the optional
 * `documentsUrl` and `jwtSecret` aside.
 * @throws pulumi.RunError that names every setting out of its range, the range and the value received
 */
export function readSettings(config = new pulumi.Config()): Settings {
  const problems: string[] = [];
  const check = <T>(key: string, value: T, isValid: boolean, wanted: string): T => {
    if (!isValid) {
      problems.push(`${key} must be ${wanted}, but is ${withoutAccess(JSON.stringify(value))}`);
    }
    return value;
  };
  const wholeNumber = (key: string, min: number, max: number): number => {
    const value = config.requireNumber(key);
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
  const logLevel = config.require("logLevel");
  const documentsUrl = config.get("documentsUrl") || undefined;
  const documentsFolder =
    documentsUrl === undefined ? path.resolve(projectFolder, config.require("documentsFolder")) : undefined;
  const settings: Settings = {
    httpPort: wholeNumber("httpPort", 1, 65_535),
    bindAddress: check("bindAddress", bindAddress, isIPv4(bindAddress), "an IPv4 address, such as 127.0.0.1"),
    ocrWorkers: wholeNumber("ocrWorkers", 1, 64),
    tokenSeconds: wholeNumber("tokenSeconds", 1, 86_400),
    tokenFailuresPerMinute: wholeNumber("tokenFailuresPerMinute", 1, 10_000),
    ordersPerMinute: wholeNumber("ordersPerMinute", 1, 1_000_000),
    resultDays: wholeNumber("resultDays", 1, 3650),
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
    nodeImage: image("nodeImage"),
    redisImage: image("redisImage"),
    caddyImage: image("caddyImage"),
    jwtSecret: config.getSecret("jwtSecret")?.apply(longEnough),
  };
  if (problems.length > 0) {
    const set = `pulumi config set <setting> <value> --stack ${pulumi.getStack()}`;
    throw new pulumi.RunError(
      `Settings out of range:\n  ${problems.join("\n  ")}\nChange one by \`${set}\`.`,
    );
  }
  return settings;
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

/** A refused address may hold what gives access: its user and password, or a signature in its query. */
function withoutAccess(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//***@").replace(/\?[^"]*/, "?***");
}

function longEnough(secret: string): string {
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_SECRET_BYTES) {
    throw new pulumi.RunError(
      `jwtSecret must have at least ${MIN_SECRET_BYTES} bytes, but has ${bytes}. ` +
        `Set another by \`pulumi config set --secret jwtSecret --stack ${pulumi.getStack()}\`.`,
    );
  }
  return secret;
}
