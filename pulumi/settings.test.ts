import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readEnvironment } from "@orbital-witness/common/environment.ts";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readingVariables } from "../services/ocr-worker/src/reading-settings.ts";
import { PROJECT, STACK, useSettings } from "./program-tests/recorded-program.ts";
import { projectFolder, readSettings } from "./settings.ts";

beforeAll(async () => {
  const unexpected = () => {
    throw new Error("Reading settings must not create or call anything.");
  };
  await pulumi.runtime.setMocks({ newResource: unexpected, call: unexpected }, PROJECT, STACK, false);
});

function read(settings: Record<string, string>, secrets: Record<string, string> = {}) {
  useSettings({ settings, secrets });
  return readSettings();
}

function messageOf(settings: Record<string, string>): string {
  try {
    read(settings);
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.RunError);
    return (error as Error).message;
  }
  throw new Error("These settings were accepted.");
}

const LEVELS = "one of trace, debug, info, warn, error, fatal";
const IPV4 = "an IPv4 address, such as 127.0.0.1";
const IMAGE = "an image's name, such as redis:7.2-bookworm";
const LANGUAGES = "one to ten of tesseract's language codes, joined by +, such as eng or eng+cym";
const SECOND_READERS = "one of off, doubtful, always";
const INDEX = "an http or https address without user, query, fragment or a / at its end";
const ISSUER = "an https address without user, query or fragment (http only for a private address)";
const JWKS = '"https://login.example.org/keys"';
const WORD = "1 to 255 visible characters without spaces";
const HOST = "a name or an IPv4 address, such as registry.example.org, without scheme and port";
const PROXIES = "IP addresses or networks, joined by commas, such as 10.0.0.7,192.168.0.0/24";
const ADDRESS = "an http or https address without user, query or fragment";
const RECEIVER =
  `${ADDRESS} that containers reach, such as http://192.168.1.7:4318 ` +
  "(localhost is each container itself)";

test.each([
  ["ocrWorkers", "0", "a whole number from 1 to 64", "0"],
  ["ocrWorkers", "65", "a whole number from 1 to 64", "65"],
  ["ocrWorkers", "-1", "a whole number from 1 to 64", "-1"],
  ["ocrWorkers", "2.5", "a whole number from 1 to 64", "2.5"],
  ["ocrLanguages", "", LANGUAGES, '""'],
  ["ocrLanguages", "en", LANGUAGES, '"en"'],
  ["ocrLanguages", `eng${"+cym".repeat(10)}`, LANGUAGES, `"eng${"+cym".repeat(10)}"`],
  ["ocrLanguages", "eng,cym", LANGUAGES, '"eng,cym"'],
  ["ocrLanguages", "eng+", LANGUAGES, '"eng+"'],
  ["ocrLanguages", "eng; id", LANGUAGES, '"eng; id"'],
  ["secondReader", "on", SECOND_READERS, '"on"'],
  ["secondReader", "", SECOND_READERS, '""'],
  ["pythonIndex", "pypi.org", INDEX, '"pypi.org"'],
  ["pythonIndex", "https://packages.example.org/simple/", INDEX, '"https://packages.example.org/simple/"'],
  ["pythonIndex", "https://me:pass@packages.example.org", INDEX, '"https://***@packages.example.org"'],
  ["documentMegabytes", "0", "a whole number from 1 to 512", "0"],
  ["documentMegabytes", "513", "a whole number from 1 to 512", "513"],
  ["decompressedMegabytes", "0", "a whole number from 1 to 512", "0"],
  ["decompressedMegabytes", "513", "a whole number from 1 to 512", "513"],
  ["documentPages", "0", "a whole number from 1 to 5000", "0"],
  ["documentPages", "5001", "a whole number from 1 to 5000", "5001"],
  ["pageMegapixels", "0", "a whole number from 1 to 100", "0"],
  ["pageMegapixels", "101", "a whole number from 1 to 100", "101"],
  ["pageSeconds", "4", "a whole number from 5 to 600", "4"],
  ["pageSeconds", "601", "a whole number from 5 to 600", "601"],
  ["httpPort", "0", "a whole number from 1 to 65535", "0"],
  ["httpPort", "65536", "a whole number from 1 to 65535", "65536"],
  ["tokenSeconds", "0", "a whole number from 1 to 86400", "0"],
  ["tokenSeconds", "86401", "a whole number from 1 to 86400", "86401"],
  ["tokenFailuresPerMinute", "0", "a whole number from 1 to 10000", "0"],
  ["tokenFailuresPerMinute", "10001", "a whole number from 1 to 10000", "10001"],
  ["sessionIdleMinutes", "0", "a whole number from 1 to 43200", "0"],
  ["sessionIdleMinutes", "43201", "a whole number from 1 to 43200", "43201"],
  ["sessionHours", "0", "a whole number from 1 to 8760", "0"],
  ["sessionHours", "8761", "a whole number from 1 to 8760", "8761"],
  ["ordersPerMinute", "0", "a whole number from 1 to 1000000", "0"],
  ["ordersPerMinute", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["readsPerMinute", "0", "a whole number from 1 to 1000000", "0"],
  ["readsPerMinute", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["downloadsPerMinute", "0", "a whole number from 1 to 1000000", "0"],
  ["downloadsPerMinute", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["searchesPerMinute", "0", "a whole number from 1 to 1000000", "0"],
  ["searchesPerMinute", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["streamsPerMinute", "0", "a whole number from 1 to 1000000", "0"],
  ["streamsPerMinute", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["resultDays", "0", "a whole number from 1 to 3650", "0"],
  ["resultDays", "3651", "a whole number from 1 to 3650", "3651"],
  ["redisPasswordVersion", "0", "a whole number from 1 to 1000000", "0"],
  ["redisPasswordVersion", "1000001", "a whole number from 1 to 1000000", "1000001"],
  ["logLevel", "INFO", LEVELS, '"INFO"'],
  ["logLevel", "", LEVELS, '""'],
  ["bindAddress", "localhost", IPV4, '"localhost"'],
  ["bindAddress", "::1", IPV4, '"::1"'],
  ["bindAddress", "127.0.0.256", IPV4, '"127.0.0.256"'],
  ["documentsFolder", "no/such", "a folder that exists", `"${projectFolder}/no/such"`],
  ["documentsFolder", "package.json", "a folder that exists", `"${projectFolder}/package.json"`],
  ["publicHost", "https://registry.example.org", HOST, '"https://registry.example.org"'],
  ["publicHost", "registry.example.org:443", HOST, '"registry.example.org:443"'],
  ["publicHost", "a b", HOST, '"a b"'],
  ["publicHost", "-a.example.org", HOST, '"-a.example.org"'],
  ["publicHost", "*.example.org", HOST, '"*.example.org"'],
  ["httpsPort", "0", "a whole number from 1 to 65535", "0"],
  ["httpsPort", "65536", "a whole number from 1 to 65535", "65536"],
  ["localPort", "0", "a whole number from 1 to 65535", "0"],
  ["localPort", "65536", "a whole number from 1 to 65535", "65536"],
  ["tlsIssuer", "acme", "one of auto, internal", '"acme"'],
  ["trustedProxies", "10.0.0.0/33", PROXIES, '["10.0.0.0/33"]'],
  ["trustedProxies", "10.0.0.1, proxy", PROXIES, '["10.0.0.1","proxy"]'],
  ["trustedProxies", "10.0.0.0/8/8", PROXIES, '["10.0.0.0/8/8"]'],
  ["nodeImage", "", IMAGE, '""'],
  ["redisImage", "redis 7", IMAGE, '"redis 7"'],
  ["caddyImage", "--rm", IMAGE, '"--rm"'],
  ["tokenIssuer", "http://login.example.org", ISSUER, '"http://login.example.org"'],
  ["tokenIssuer", "http://172.32.0.1", ISSUER, '"http://172.32.0.1"'],
  ["tokenIssuer", "http://10.0.0.1.example.org", ISSUER, '"http://10.0.0.1.example.org"'],
  ["tokenIssuer", "login.example.org", ISSUER, '"login.example.org"'],
  ["tokenIssuer", "https://a:hidden@login.example.org", ISSUER, '"https://***@login.example.org"'],
  ["tokenIssuer", "https://login.example.org/?tenant=1", ISSUER, '"https://login.example.org/?***"'],
  ["tokenJwksUrl", "https://login.example.org/keys", "unset while tokenIssuer is not set", JWKS],
  ["tokenAudience", "", WORD, '""'],
  ["tokenOrderScope", "orders write", WORD, '"orders write"'],
  [
    "retiredTokenKey",
    "short",
    "an Ed25519 public key in base64url, as `npm run rotate-key` sets it",
    '"short"',
  ],
  ["documentsUrl", "scans.example.org", ADDRESS, '"scans.example.org"'],
  ["documentsUrl", "ftp://scans.example.org", ADDRESS, '"ftp://scans.example.org"'],
  ["documentsUrl", "https://scans.example.org/#top", ADDRESS, '"https://scans.example.org/#top"'],
  ["documentsUrl", "https://me:hidden@scans.example.org/a", ADDRESS, '"https://***@scans.example.org/a"'],
  ["documentsUrl", "https://scans.example.org/?sig=hidden", ADDRESS, '"https://scans.example.org/?***"'],
  ["otlpEndpoint", "collector:4318", RECEIVER, '"collector:4318"'],
  ["otlpEndpoint", "grpc://collector:4317", RECEIVER, '"grpc://collector:4317"'],
  ["otlpEndpoint", "https://me:hidden@traces.example.org", RECEIVER, '"https://***@traces.example.org"'],
  ["otlpEndpoint", "https://traces.example.org/?key=hidden", RECEIVER, '"https://traces.example.org/?***"'],
  ["otlpEndpoint", "http://localhost:4318", RECEIVER, '"http://localhost:4318"'],
  ["otlpEndpoint", "http://127.0.0.1:4318", RECEIVER, '"http://127.0.0.1:4318"'],
])("%s = %j is refused, with the valid values", (key, value, wanted, received) => {
  expect(messageOf({ [key]: value }).split("\n")).toEqual([
    "Settings out of range:",
    `  ${key} must be ${wanted}, but is ${received}`,
    `Change one by \`pulumi config set <setting> <value> --stack ${STACK}\`.`,
  ]);
});

test.each([
  { ocrWorkers: "1", httpPort: "1", tokenSeconds: "1", logLevel: "trace" },
  { bindAddress: "0.0.0.0", demoUsers: "false", plainHttp: "true" },
  { bindAddress: "0.0.0.0", demoUsers: "false", publicHost: "registry.example.org", httpsPort: "1" },
  { publicHost: "192.0.2.7", httpsPort: "65535", localPort: "65535", tlsIssuer: "internal" },
  { tokenIssuer: "https://login.example.org/company/", tokenJwksUrl: "https://keys.example.org:8443/keys" },
  { tokenIssuer: "http://10.1.2.3:8080", tokenAudience: "api://orders", tokenOrderScope: "x".repeat(255) },
  { tokenIssuer: "http://keycloak:8080/realms/company" },
  { sessionIdleMinutes: "1", sessionHours: "1" },
  { sessionIdleMinutes: "43200", sessionHours: "8760" },
  { bindAddress: "127.8.9.1", demoUsers: "true" },
  { ocrWorkers: "64", httpPort: "65535", tokenSeconds: "86400", logLevel: "fatal" },
  { readsPerMinute: "1", downloadsPerMinute: "1000000", searchesPerMinute: "1", streamsPerMinute: "1000000" },
  { tokenFailuresPerMinute: "1", ordersPerMinute: "1", resultDays: "1" },
  { tokenFailuresPerMinute: "10000", ordersPerMinute: "1000000", resultDays: "3650" },
  { documentMegabytes: "1", decompressedMegabytes: "1", documentPages: "1", pageMegapixels: "1" },
  { documentMegabytes: "512", decompressedMegabytes: "512", documentPages: "5000", pageMegapixels: "100" },
  { pageSeconds: "5", ocrLanguages: "eng+cym+chi_sim_vert" },
  { secondReader: "off", pythonIndex: "http://packages.example.org:8081/repository/pypi/simple" },
  { pageSeconds: "600", ocrLanguages: `cym${"+eng".repeat(9)}` },
  { documentsUrl: "https://scans.example.org:8443/registry", nodeImage: "registry.example.org:5000/a/node" },
  { otlpEndpoint: "http://192.168.1.7:4318" },
  { otlpEndpoint: "https://traces.example.org/otlp" },
  { redisImage: `redis@sha256:${"0".repeat(64)}` },
])("the ends of the ranges are accepted: %j", (settings) => {
  const accepted = Object.entries(read(settings)).map(([key, value]) => [key, String(value)]);
  expect(Object.fromEntries(accepted)).toMatchObject(settings);
});

test.each([
  ["documentMegabytes", "DOCUMENT_MEGABYTES", ["0", "1", "512", "513"]],
  ["decompressedMegabytes", "DECOMPRESSED_MEGABYTES", ["0", "1", "512", "513"]],
  ["documentPages", "DOCUMENT_PAGES", ["0", "1", "5000", "5001"]],
  ["pageMegapixels", "PAGE_MEGAPIXELS", ["0", "1", "100", "101"]],
  ["pageSeconds", "PAGE_SECONDS", ["0", "1", "4", "5", "600", "601"]],
  ["ocrLanguages", "OCR_LANGUAGES", ["en", "eng", "chi_sim_vert", "eng_", "ENG", "eng+cym", "eng+"]],
  ["secondReader", "SECOND_READER", ["off", "doubtful", "always", "on", "Off"]],
  ["ocrLanguages", "OCR_LANGUAGES", [`eng${"+cym".repeat(9)}`, `eng${"+cym".repeat(10)}`]],
] as const)("%s may be what the OCR worker takes as %s, and nothing else", (setting, variable, values) => {
  const schema = z.object({ [variable]: readingVariables[variable] });
  const isTaken = (take: () => unknown) => {
    try {
      take();
      return true;
    } catch {
      return false;
    }
  };
  for (const value of values) {
    const byWorker = isTaken(() => readEnvironment(schema, { [variable]: value }));
    expect([value, isTaken(() => read({ [setting]: value }))]).toEqual([value, byWorker]);
  }
});

test.each(["0.0.0.0", "192.0.2.7"])("demo users must be given up on the address %s", (bindAddress) => {
  const message = messageOf({ bindAddress });
  expect(message).toContain(`demoUsers must be false while bindAddress is ${bindAddress}, because`);
  expect(message).toMatch(/npm run users.*but is true$/m);
});

test.each(["0.0.0.0", "192.0.2.7"])("plain HTTP on the address %s must be intended", (bindAddress) => {
  const message = messageOf({ bindAddress, demoUsers: "false" });
  expect(message).toContain(
    `plainHttp must be true while bindAddress is ${bindAddress} and publicHost is not`,
  );
  expect(message).toMatch(/set publicHost for HTTPS.*but is false$/m);
  const wanted = { bindAddress, demoUsers: "false" };
  expect(read({ ...wanted, plainHttp: "true" }).publicHost).toBeUndefined();
  expect(read({ ...wanted, publicHost: "registry.example.org" }).plainHttp).toBe(false);
});

test("a certificate needs its key", () => {
  expect(messageOf({ tlsCertificateFile: "a.pem" })).toContain(
    "tlsKeyFile must be set if tlsCertificateFile is",
  );
  expect(messageOf({ tlsKeyFile: "a.pem" })).toContain("tlsKeyFile must be set if tlsCertificateFile is");
});

test("proxies are separated by commas or spaces", () => {
  const proxies = ["10.0.0.7", "192.168.0.0/24", "fd00::/8"];
  expect(read({ trustedProxies: proxies.join(", ") }).trustedProxies).toEqual(proxies);
});

test("all bad settings are named at once", () => {
  const bad = { ocrWorkers: "0", httpPort: "0", tokenSeconds: "0", logLevel: "loud", bindAddress: "here" };
  const message = messageOf({ ...bad, documentsFolder: "no/such", nodeImage: "?" });
  expect(message.match(/^ {2}(\w+) must be/gm)).toHaveLength(7);
});

test("documentsFolder is not checked if documentsUrl is set", () => {
  expect(messageOf({ documentsFolder: "no/such" })).toContain("documentsFolder must be");
  expect(messageOf({ documentsFolder: "no/such", documentsUrl: "?" })).not.toContain("documentsFolder");
});

test("a word instead of a number is rejected with the setting's name", () => {
  expect(messageOf({ ocrWorkers: "many" })).toBe(
    "Configuration 'orbital-witness:ocrWorkers' value 'many' is not a valid number",
  );
});

const declared = Object.entries<{ default: unknown }>(
  parse(readFileSync(path.join(projectFolder, "Pulumi.yaml"), "utf8")).config,
);

test("the defaults are those of Pulumi.yaml, with one worker for each core", () => {
  const defaults = Object.fromEntries(declared.map(([key, { default: value }]) => [key, value]));
  const documentsFolder = path.join(projectFolder, String(defaults.documentsFolder));
  const ocrWorkers = Math.min(availableParallelism(), 64);
  const unset = {
    ...{ documentsUrl: undefined, retiredTokenKey: undefined },
    ...{ tokenIssuer: undefined, tokenJwksUrl: undefined },
  };
  const files = { tlsCertificateFile: undefined, tlsKeyFile: undefined };
  const optional = {
    publicHost: undefined,
    otlpEndpoint: undefined,
    ...files,
    trustedProxies: [],
    ocrWorkers,
    ...unset,
    jwtSecret: undefined,
    jwtSecretNext: undefined,
  };
  expect(read({})).toStrictEqual({ ...defaults, ...optional, documentsFolder });
  expect(read({ documentsUrl: "" }).documentsUrl).toBeUndefined();
});

test.each(declared)("the program has no default for %s besides Pulumi.yaml's", (key, { default: value }) => {
  const all = Object.fromEntries(
    declared.map(([name, each]) => [`${PROJECT}:${name}`, String(each.default)]),
  );
  delete all[`${PROJECT}:${key}`];
  pulumi.runtime.setAllConfig(all);
  expect(() => readSettings(), String(value)).toThrow(`'${PROJECT}:${key}'`);
});

/** The error that an output threw. Pulumi receives it through Node's event for unhandled rejections. */
async function unhandled(run: () => unknown): Promise<unknown[]> {
  const listeners = process.rawListeners("unhandledRejection") as NodeJS.UnhandledRejectionListener[];
  const errors: unknown[] = [];
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", (error) => errors.push(error));
  run();
  await pause(20);
  process.removeAllListeners("unhandledRejection");
  for (const listener of listeners) {
    process.on("unhandledRejection", listener);
  }
  return errors;
}

test.each([
  ["31 letters", "s3cret-".repeat(5).slice(0, 31), 31],
  ["20 letters of one byte each and 5 of two", `${"s3cret-".repeat(3).slice(0, 20)}${"ü".repeat(5)}`, 30],
  ["nothing", "", 0],
])("a jwtSecret of %s is refused, and the message does not show it", async (_, value, bytes) => {
  const [error] = await unhandled(() => read({}, { jwtSecret: value }));
  expect(error).toBeInstanceOf(pulumi.RunError);
  expect((error as Error).message).toBe(
    `jwtSecret must have at least 32 bytes, but has ${bytes}. ` +
      `Set another by \`pulumi config set --secret jwtSecret --stack ${STACK}\`.`,
  );
});

test.each(["k".repeat(32), "ü".repeat(16), "🔑".repeat(8)])(
  "32 bytes are accepted, and remain a secret: %s",
  async (value) => {
    const secret = read({}, { jwtSecret: value }).jwtSecret ?? pulumi.output("none");
    expect(await new Promise((resolve) => secret.apply(resolve))).toBe(value);
    expect(await pulumi.isSecret(secret)).toBe(true);
  },
);
