import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { hideSecrets, secretsOf } from "../health/secrets.ts";
import { tokenKeyOf } from "../token-keys.ts";
import { PROJECT, type Recorded, type RecordedProgram, recordProgram, STACK } from "./recorded-program.ts";

const JWT_SECRET = "a key for the tokens that has more than 32 bytes";
const JWT_RANDOM = "random-of-jwt-secret";
const REDIS_PASSWORDS = {
  admin: "random-of-redis-admin-password",
  orderApi: "random-of-redis-order-api-1-password",
  worker: "random-of-redis-ocr-worker-1-password",
};
const SESSION_SECRET = "random-of-session-secret";
const PROGRAM_PASSWORD = "random-of-program-password";

const container = { type: "docker:index/container:Container" };
const nameOf = (part: string) => `${PROJECT}-${STACK}-${part}`;

function containersOf(program: RecordedProgram): Recorded[] {
  return program.resources.filter(({ type }) => type === container.type);
}

function inputsOf(program: RecordedProgram, part: string): Recorded["inputs"] {
  const found = program.resources.filter(({ name }) => name === nameOf(part));
  expect(found).toMatchObject([container]);
  return found[0]?.inputs ?? {};
}

/** Names of the resources whose inputs contain a text anywhere. */
function holdersOf(
  program: RecordedProgram,
  text: string,
  inputs = (each: Recorded): unknown => each.inputs,
) {
  const holders = program.resources.filter((each) => JSON.stringify(inputs(each)).includes(text));
  return holders.map(({ name }) => name).sort();
}

function withoutSealed({ inputs }: Recorded): unknown {
  const isSealed = (value: unknown) => Object(value)[pulumi.runtime.specialSigKey] !== undefined;
  return JSON.parse(JSON.stringify(inputs, (_, value) => (isSealed(value) ? "sealed" : value)));
}

let program: RecordedProgram;
/** Runs with settings that all differ from the defaults, without a jwtSecret. */
let other: RecordedProgram;
const documentsUrl = "https://scans.example.org/registry";
const otlpEndpoint = "http://192.0.2.8:4318";
beforeAll(async () => {
  program = await recordProgram({ settings: { ocrWorkers: "2" }, secrets: { jwtSecret: JWT_SECRET } });
  other = await recordProgram({
    settings: {
      ...{
        ocrWorkers: "5",
        bindAddress: "192.0.2.7",
        plainHttp: "true",
        demoUsers: "false",
        tokenIssuer: "https://login.example.org",
        tokenJwksUrl: "https://login.example.org/keys",
        tokenAudience: "orders",
        tokenOrderScope: "write",
        httpPort: "8080",
        sessionIdleMinutes: "88",
        sessionHours: "99",
        tokenSeconds: "60",
        tokenFailuresPerMinute: "7",
        ordersPerMinute: "77",
        readsPerMinute: "71",
        downloadsPerMinute: "72",
        searchesPerMinute: "73",
        streamsPerMinute: "74",
        resultDays: "30",
        logLevel: "debug",
        ocrLanguages: "cym",
        secondReader: "always",
        pythonIndex: "https://packages.example.org/simple",
        documentMegabytes: "11",
        decompressedMegabytes: "22",
        documentPages: "33",
        pageMegapixels: "44",
        pageSeconds: "55",
      },
      ...{
        documentsUrl,
        otlpEndpoint,
        nodeImage: "node:own",
        redisImage: "redis:own",
        caddyImage: "caddy:own",
      },
    },
  });
});

const range = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);

test.each([
  ["1 worker, no jwtSecret", 1, 6, 4, () => recordProgram({ settings: { ocrWorkers: "1" } })],
  ["2 workers, a jwtSecret", 2, 5, 4, () => program],
  ["5 workers, no jwtSecret, traces", 5, 6, 5, () => other],
])("with %s there are exactly these resources", async (_, ocrWorkers, passwords, networks, run) => {
  const { resources, outputs } = await run();
  const counts: Record<string, number> = {};
  for (const { type } of resources) {
    counts[type] = (counts[type] ?? 0) + 1;
  }
  expect(counts).toEqual({
    "pulumi:pulumi:Stack": 1,
    "orbital-witness:index:Redis": 1,
    "orbital-witness:index:Service": 3,
    "orbital-witness:index:Router": 1,
    "orbital-witness:index:Proof": 1,
    "pulumi:pulumi:StackReference": 1,
    "docker:index/network:Network": networks,
    "docker:index/volume:Volume": 5,
    "docker:index/remoteImage:RemoteImage": 5,
    "docker:index/container:Container": 5 + ocrWorkers,
    "random:index/randomPassword:RandomPassword": passwords,
  });
  const all = ["auth-api", ...range("ocr-worker-", ocrWorkers), "order-api"];
  all.push("redis", "redis-access", "router");
  const named = all.map(nameOf);
  const containers = resources.filter(({ type }) => type === container.type).map(({ name }) => name);
  expect(containers.sort()).toEqual(named);
  expect(outputs.containers).toEqual(expect.arrayContaining(named.map((name) => `${name}-0123456`)));
  expect(outputs.containers).toHaveLength(all.length);
  expect(outputs.workers).toBe(ocrWorkers);
});

test("each secret is where it is needed, and nowhere else", () => {
  expect(holdersOf(program, tokenKeyOf(JWT_SECRET).d)).toEqual([nameOf("auth-api")]);
  expect(holdersOf(other, tokenKeyOf(JWT_RANDOM).d)).toEqual([nameOf("auth-api")]);
  expect(holdersOf(program, tokenKeyOf(JWT_SECRET).x)).toEqual(["auth-api", "order-api"].map(nameOf));
  for (const run of [program, other]) {
    for (const secret of [JWT_SECRET, JWT_RANDOM]) expect(holdersOf(run, secret)).toEqual([]);
  }
  for (const [run, workers] of [
    [program, 2],
    [other, 5],
  ] as const) {
    expect(holdersOf(run, REDIS_PASSWORDS.admin)).toEqual(["redis", "redis-access"].map(nameOf));
    expect(holdersOf(run, REDIS_PASSWORDS.orderApi)).toEqual([nameOf("order-api")]);
    expect(holdersOf(run, REDIS_PASSWORDS.worker)).toEqual(range("ocr-worker-", workers).map(nameOf));
  }
  for (const secret of [PROGRAM_PASSWORD, SESSION_SECRET]) {
    expect(holdersOf(program, secret)).toEqual([nameOf("auth-api")]);
  }
});

test("a rotation changes the keys of one part at a time", async () => {
  const next = "another key for the tokens with more than 32 bytes";
  const [old, fresh] = [tokenKeyOf(JWT_SECRET), tokenKeyOf(next)];
  const published = await recordProgram({ secrets: { jwtSecret: JWT_SECRET, jwtSecretNext: next } });
  const signing = await recordProgram({
    settings: { retiredTokenKey: old.x },
    secrets: { jwtSecret: next },
  });
  // The next key is known to both, and the old one signs.
  for (const part of ["auth-api", "order-api"]) {
    expect(holdersOf(published, fresh.x)).toContain(nameOf(part));
    expect(holdersOf(signing, old.x)).toContain(nameOf(part));
  }
  expect(holdersOf(published, old.d)).toEqual([nameOf("auth-api")]);
  expect(holdersOf(published, fresh.d)).toEqual([]);
  expect([published.outputs.tokenKey, signing.outputs.tokenKey]).toEqual([old.x, fresh.x]);
  // Then only the Auth API changes.
  expect(holdersOf(signing, fresh.d)).toEqual([nameOf("auth-api")]);
  expect(holdersOf(signing, old.d)).toEqual([]);
  expect(inputsOf(signing, "order-api")).toEqual(inputsOf(published, "order-api"));
});

test("no input or output has a secret in plain text", () => {
  const keys = [JWT_SECRET, JWT_RANDOM].map((secret) => tokenKeyOf(secret).d);
  for (const { resources, outputs } of [program, other]) {
    const inClear = JSON.stringify([outputs, resources.map(withoutSealed)]);
    const random = [...Object.values(REDIS_PASSWORDS), PROGRAM_PASSWORD, SESSION_SECRET];
    expect(inClear).not.toMatch(new RegExp([...keys, JWT_SECRET, JWT_RANDOM, ...random].join("|")));
  }
});

test("each secret of a container is hidden in its log", () => {
  const secrets = [
    tokenKeyOf(JWT_SECRET).d,
    ...Object.values(REDIS_PASSWORDS),
    SESSION_SECRET,
    PROGRAM_PASSWORD,
  ];
  const given = containersOf(program).flatMap(({ inputs }) => {
    const sealed = Object(inputs.envs).value ?? inputs.envs;
    const lines: string[] = sealed.map((line: string) => line);
    const log = lines.join("\n");
    const hidden = hideSecrets(log, secretsOf(lines));
    for (const secret of secrets) expect(hidden).not.toContain(secret);
    expect(hidden).not.toMatch(/#[0-9a-f]{64}/);
    return secrets.filter((secret) => log.includes(secret));
  });
  expect(new Set(given)).toEqual(new Set(secrets));
});

test.each([
  ["the first version", {}, [1], "1"],
  ["another version", { redisPasswordVersion: "3" }, [2, 3], "3"],
  ["only this version", { redisPasswordVersion: "3", redisAcceptsPreviousPassword: "false" }, [3], "3"],
])("with %s of the passwords, Redis accepts exactly these", async (_, settings, accepted, used) => {
  const run = await recordProgram({ settings: { ocrWorkers: "1", ...settings } });
  for (const user of ["order-api", "ocr-worker"]) {
    const hashes = accepted.map((version) =>
      createHash("sha256").update(`random-of-redis-${user}-${version}-password`).digest("hex"),
    );
    const users = JSON.stringify(inputsOf(run, "redis-access").envs);
    const [, line = ""] = new RegExp(`acl setuser ${user} reset on (.*?)(\\\\n|")`).exec(users) ?? [];
    const given = [...users.matchAll(/#([0-9a-f]{64})/g)].map(([, hash]) => hash);
    expect(line).not.toBe("");
    expect(given).toEqual(expect.arrayContaining(hashes));
    expect(given).toHaveLength(2 * accepted.length);
    const url = `redis://${user}:random-of-redis-${user}-${used}-password@redis:6379`;
    expect(holdersOf(run, url)).toEqual([nameOf(user === "ocr-worker" ? "ocr-worker-1" : user)]);
  }
});

test("only the router publishes a port, on the bind address", () => {
  const published = containersOf(other)
    .filter(({ inputs }) => inputs.ports !== undefined || inputs.publishAllPorts !== undefined)
    .map(({ name, inputs }) => [name, inputs.ports]);
  const ports = [{ internal: 8080, external: 8080, ip: "192.0.2.7" }];
  expect(published).toEqual([[nameOf("router"), ports]]);
});

test("with a public host, plain HTTP is published for this machine only", async () => {
  const settings = { publicHost: "registry.example.org", httpsPort: "8443", httpPort: "8080" };
  const run = await recordProgram({ settings: { ...settings, bindAddress: "0.0.0.0", demoUsers: "false" } });
  expect(run.outputs).toMatchObject({
    ...{ url: "https://registry.example.org:8443", localUrl: "http://localhost:8079" },
  });
  const router = inputsOf(run, "router");
  expect(router.ports).toEqual([
    { internal: 8080, external: 8079, ip: "127.0.0.1" },
    { internal: 8082, external: 8080, ip: "0.0.0.0" },
    { internal: 8443, external: 8443, ip: "0.0.0.0" },
  ]);
  const volume = { volumeName: `${nameOf("router-data")}-0123456`, containerPath: "/var/tmp" };
  expect(router.volumes).toContainEqual(volume);
  expect(router.envs).toContain("XDG_DATA_HOME=/var/tmp");
});

test("images are ids, not tags", () => {
  for (const { inputs } of containersOf(program)) {
    expect(inputs.image).toMatch(/^sha256:[0-9a-f]{64}$/);
  }
});

test("the Auth API shares no network with Redis, and Redis' networks have no way out", () => {
  const networksOf = (part: string) =>
    (inputsOf(program, part).networksAdvanced as { name: string }[]).map(({ name }) => name);
  expect(networksOf("redis")).toEqual(["back", "work"].map((part) => `${nameOf(part)}-0123456`));
  expect(networksOf("auth-api")).toEqual([`${nameOf("front")}-0123456`]);
  for (const part of ["back", "work"]) {
    const network = program.resources.find(({ name }) => name === nameOf(part));
    expect(network?.inputs).toMatchObject({ driver: "bridge", internal: true });
  }
});

test("only the Auth API has the volume with the users", () => {
  const holders = holdersOf(program, `${nameOf("accounts")}-0123456`);
  expect(holders).toEqual([nameOf("auth-api")]);
});

test("workers share no network with the APIs, and reach the outside only if they need it", () => {
  const networksOf = (run: RecordedProgram, part: string) =>
    (inputsOf(run, part).networksAdvanced as { name: string }[]).map(({ name }) => name);
  const [documents, back, front, work, traces] = ["documents", "back", "front", "work", "traces"].map(
    (each) => `${nameOf(each)}-0123456`,
  );
  for (const run of [program, other]) expect(networksOf(run, "order-api")).toEqual([front, back]);
  expect(networksOf(program, "ocr-worker-1")).toEqual([documents, work]);
  expect(networksOf(other, "ocr-worker-1")).toEqual([documents, work, traces]);
  expect(networksOf(program, "router")).toEqual([front, documents]);
  expect(networksOf(other, "router")).toEqual([front]);
  const isInternal = (run: RecordedProgram) =>
    run.resources.find(({ name }) => name === nameOf("documents"))?.inputs.internal;
  expect([isInternal(program), isInternal(other)]).toEqual([true, undefined]);
});

test("a documentsUrl replaces the router as the document source", () => {
  expect(holdersOf(program, "DOCUMENTS_URL=http://router:8081")).toEqual(range("ocr-worker-", 2).map(nameOf));
  expect(holdersOf(other, `DOCUMENTS_URL=${documentsUrl}"`)).toEqual(range("ocr-worker-", 5).map(nameOf));
  expect(holdersOf(other, "router:8081")).toEqual([]);
  expect(holdersOf(program, "DOCUMENT_LISTS_URL=http://router:8083")).toEqual([nameOf("order-api")]);
  expect(holdersOf(other, "DOCUMENT_LISTS_URL")).toEqual([]);
});

test("with an otlpEndpoint all services get it, and without one none", () => {
  const services = [...["auth-api", "order-api"], ...range("ocr-worker-", 5)].map(nameOf);
  expect(holdersOf(other, `"OTLP_ENDPOINT=${otlpEndpoint}"`).sort()).toEqual(services.sort());
  expect(holdersOf(program, "OTLP_ENDPOINT")).toEqual([]);
  expect(program.resources.map(({ name }) => name)).not.toContain(nameOf("traces"));
});

test("tokenSeconds, limits, resultDays, logLevel and images reach the parts that use them", () => {
  expect(holdersOf(other, '"TOKEN_SECONDS=60"')).toEqual([nameOf("auth-api")]);
  expect(holdersOf(other, '"TOKEN_FAILURES_PER_MINUTE=7"')).toEqual([nameOf("auth-api")]);
  expect(holdersOf(other, '"SESSION_IDLE_MINUTES=88"')).toEqual([nameOf("auth-api")]);
  expect(holdersOf(other, '"SESSION_HOURS=99"')).toEqual([nameOf("auth-api")]);
  expect(holdersOf(other, '"DEMO_USERS=false"')).toEqual([nameOf("auth-api")]);
  const limits = ["ORDERS_PER_MINUTE=77", "READS_PER_MINUTE=71", "DOWNLOADS_PER_MINUTE=72"];
  for (const each of [...limits, "SEARCHES_PER_MINUTE=73", "STREAMS_PER_MINUTE=74"]) {
    expect(holdersOf(other, `"${each}"`), each).toEqual([nameOf("order-api")]);
  }
  const keepers = [...range("ocr-worker-", 5), "order-api"];
  expect(holdersOf(other, '"RESULT_DAYS=30"')).toEqual(keepers.map(nameOf));
  const services = ["auth-api", ...range("ocr-worker-", 5), "order-api"];
  expect(holdersOf(other, "LOG_LEVEL=debug")).toEqual(services.map(nameOf));
  const built = ["auth-api-image", "ocr-worker-image", "order-api-image"];
  expect(holdersOf(other, '"NODE_IMAGE":"node:own"')).toEqual([...built, "router-image"]);
  expect(holdersOf(other, '"redis:own"')).toEqual(["redis-image"]);
  expect(holdersOf(other, '"caddy:own"')).toEqual(["router-image"]);
});

test("another issuer reaches the Order API, and is not mentioned if there is none", () => {
  const orderApi = nameOf("order-api");
  expect(holdersOf(other, '"TOKEN_ISSUER=https://login.example.org"')).toEqual([orderApi]);
  expect(holdersOf(other, '"TOKEN_JWKS_URL=https://login.example.org/keys"')).toEqual([orderApi]);
  expect(holdersOf(other, '"TOKEN_AUDIENCE=orders"')).toEqual([orderApi]);
  expect(holdersOf(other, '"TOKEN_ORDER_SCOPE=write"')).toEqual([orderApi]);
  for (const name of ["TOKEN_ISSUER", "TOKEN_JWKS_URL", "TOKEN_AUDIENCE", "TOKEN_ORDER_SCOPE"]) {
    expect(holdersOf(program, name)).toEqual([]);
  }
});

test("the worker gets the limits, and its build too the languages and the second reader", () => {
  const workers = range("ocr-worker-", 5).map(nameOf);
  expect(holdersOf(other, '"OCR_LANGUAGES":"cym"')).toEqual(["ocr-worker-image"]);
  expect(holdersOf(other, '"DOCUMENT_MEGABYTES=11"')).toEqual([
    ...workers,
    "orbital-witness-review-order-api",
  ]);
  expect(holdersOf(other, '"PYTHON_INDEX":"https://packages.example.org/simple"')).toEqual([
    "ocr-worker-image",
  ]);
  const limits = ["SECOND_READER=always", "DECOMPRESSED_MEGABYTES=22", "DOCUMENT_PAGES=33"];
  for (const variable of ["OCR_LANGUAGES=cym", ...limits, "PAGE_MEGAPIXELS=44", "PAGE_SECONDS=55"]) {
    expect(holdersOf(other, `"${variable}"`), variable).toEqual(workers);
  }
});

test.each([
  ["http://localhost", () => program],
  ["http://192.0.2.7:8080", () => other],
  [
    "http://localhost:81",
    () =>
      recordProgram({
        settings: { bindAddress: "0.0.0.0", demoUsers: "false", plainHttp: "true", httpPort: "81" },
      }),
  ],
])("all addresses begin with %s", async (url, run) => {
  const { outputs } = await run();
  expect(outputs).toMatchObject({ url, authApiUrl: `${url}/authentication`, orderApiUrl: `${url}/order` });
  expect(outputs.example).toContain(`curl -s ${url}/token `);
  expect(outputs.example).toContain(`curl -i ${url}/orders `);
});
