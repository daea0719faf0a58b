import { chownSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneId } from "../clone-id.ts";
import {
  redisAccessCommand,
  redisAccessReadyCommand,
  redisStartCommand,
} from "../components/redis-config.ts";
import { routerSources } from "../components/router.ts";
import { sourcesOf } from "../components/service-image.ts";
import { sourceHash } from "../components/source-hash.ts";
import { tokenKeyOf, tokenKeySet } from "../token-keys.ts";
import { fakeDigest, type RecordedProgram, recordProgram, sealed } from "./recorded-program.ts";

const projectFolder = path.resolve(import.meta.dirname, "../..");
const documents = mkdtempSync(path.join(tmpdir(), "orbital-witness-documents-"));
if (process.getuid?.() === 0) {
  chownSync(documents, 1234, 2345);
}
afterAll(() => rmSync(documents, { recursive: true }));

let program: RecordedProgram;
beforeAll(async () => {
  program = await recordProgram({
    settings: { ocrWorkers: "2", documentsFolder: documents },
    secrets: { jwtSecret: "k".repeat(32) },
  });
});

const NAME = "orbital-witness-review";
const FRONT = `${NAME}-front-0123456`;
const BACK = `${NAME}-back-0123456`;
const WORK = `${NAME}-work-0123456`;
const DOCUMENTS = `${NAME}-documents-0123456`;
const key = tokenKeyOf("k".repeat(32));
const TOKEN_KEY = `TOKEN_KEY=${JSON.stringify(key)}`;
const TOKEN_KEYS = `TOKEN_KEYS=${tokenKeySet([key])}`;
const redisUrl = (user: string) => `REDIS_URL=redis://${user}:random-of-redis-${user}-1-password@redis:6379`;

const labelsOf = (part: string) => [
  { label: "orbital-witness.project", value: "orbital-witness" },
  { label: "orbital-witness.stack", value: "review" },
  { label: "orbital-witness.clone", value: cloneId(projectFolder) },
  { label: "orbital-witness.part", value: part },
];

interface Differing {
  readonly networks: readonly string[];
  readonly memory: number;
  readonly stop: number;
  readonly ask: string;
}

/** The inputs of a container: the common ones, and those that differ. */
function common(part: string, { networks, memory, stop, ask }: Differing) {
  return {
    networkMode: "bridge",
    networksAdvanced: networks.map((name) => ({ name, aliases: [part] })),
    healthcheck: {
      tests: [
        "CMD-SHELL",
        `[ ! -e /tmp/ready ] || sleep 9; if ${ask}; then touch /tmp/ready; ` +
          'else [ $? -ne 124 ] || echo "no answer within 3 s"; rm -f /tmp/ready; exit 1; fi',
      ],
      interval: "1s",
      timeout: "15s",
      retries: 3,
      startPeriod: "10m0s",
    },
    labels: [
      ...labelsOf(part),
      { label: "orbital-witness.healthcheck", value: expect.stringMatching(/^[0-9a-f]{12}$/) },
    ],
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    readOnly: true,
    tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
    init: true,
    memory,
    memorySwap: memory,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    restart: "unless-stopped",
    stopTimeout: stop,
    destroyGraceSeconds: stop,
  };
}

const PING =
  "answer=$(timeout 3 redis-cli --user admin ping 2>&1); " +
  `[ "$answer" = PONG ] || { echo "\${answer:-no answer within 3 s}"; false; }`;
const GET_HEALTH =
  "wget -q -T 3 -O /dev/null http://127.0.0.1:8080/health || { echo no answer within 3 s; false; }";
const READY =
  "timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && " +
  'printf "GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n" >&3 && ' +
  `read -r line <&3 && { [[ $line == *" 200 "* ]] || { tail -n 1 <&3; false; }; }'`;

const mount = (volume: string, readOnly: boolean) => ({
  volumeName: `${NAME}-${volume}-0123456`,
  containerPath: `/${volume}`,
  readOnly,
});

type Mount = ReturnType<typeof mount>;

function service(
  part: string,
  differing: Omit<Differing, "ask">,
  volumes: Mount[],
  envs: string[],
  instance: string[] = [],
) {
  return {
    ...common(part, { ...differing, ask: READY }),
    image: fakeDigest(`${part}-image`),
    envs: sealed([...envs, "LOG_LEVEL=info", "METRICS_PORT=9464", ...instance]),
    user: "node",
    volumes,
  };
}

/** To check how much room is left there. */
const REDIS_VOLUME = { volumeName: `${NAME}-redis-data-0123456`, containerPath: "/redis", readOnly: true };

const authApi = service(
  "auth-api",
  { networks: [FRONT], memory: 384, stop: 15 },
  [mount("accounts", false)],
  [
    TOKEN_KEY,
    TOKEN_KEYS,
    "TOKEN_SECONDS=30",
    "TOKEN_FAILURES_PER_MINUTE=10",
    "ACCOUNTS_FOLDER=/accounts",
    "DEMO_USERS=true",
    "PROGRAM_PASSWORD=random-of-program-password",
    "SESSION_SECRET=random-of-session-secret",
    "SESSION_IDLE_MINUTES=60",
    "SESSION_HOURS=12",
  ],
);
const orderApi = service(
  "order-api",
  { networks: [FRONT, BACK], memory: 512, stop: 15 },
  [mount("results", true), mount("search", false), mount("uploads", false), REDIS_VOLUME],
  [
    TOKEN_KEYS,
    redisUrl("order-api"),
    "ORDERS_PER_MINUTE=600",
    "READS_PER_MINUTE=6000",
    "DOWNLOADS_PER_MINUTE=1200",
    "SEARCHES_PER_MINUTE=300",
    "STREAMS_PER_MINUTE=600",
    "RESULT_DAYS=7",
    "RESULTS_FOLDER=/results",
    "REDIS_FOLDER=/redis",
    "SEARCH_FOLDER=/search",
    "UPLOADS_FOLDER=/uploads",
    "DOCUMENT_MEGABYTES=64",
    "DOCUMENT_LISTS_URL=http://router:8083",
    "AUTH_API_HEALTH=http://auth-api:8080/readyz",
    "ROUTER_HEALTH=http://router:8080/health",
    "NODE_OPTIONS=--max-semi-space-size=32 --max-old-space-size=128",
    "MALLOC_ARENA_MAX=2",
    "MALLOC_TRIM_THRESHOLD_=131072",
  ],
);
const ocrWorker = (name: string) =>
  service(
    "ocr-worker",
    { networks: [DOCUMENTS, WORK], memory: 1536, stop: 45 },
    [mount("results", false), mount("uploads", false), REDIS_VOLUME],
    [
      redisUrl("ocr-worker"),
      "DOCUMENTS_URL=http://router:8081",
      "RESULT_DAYS=7",
      "RESULTS_FOLDER=/results",
      "UPLOADS_FOLDER=/uploads",
      "REDIS_FOLDER=/redis",
      "OCR_LANGUAGES=eng",
      "SECOND_READER=doubtful",
      "DOCUMENT_MEGABYTES=64",
      "DECOMPRESSED_MEGABYTES=256",
      "DOCUMENT_PAGES=500",
      "PAGE_MEGAPIXELS=50",
      "PAGE_SECONDS=45",
    ],
    [`INSTANCE=${name}`],
  );
const redis = {
  ...common("redis", { networks: [BACK, WORK], memory: 768, stop: 30, ask: PING }),
  image: fakeDigest("redis-image"),
  envs: sealed(["REDISCLI_AUTH=random-of-redis-admin-password"]),
  user: "999:999",
  entrypoints: ["sh", "-c"],
  command: [redisStartCommand],
  volumes: [{ volumeName: `${NAME}-redis-data-0123456`, containerPath: "/data" }],
};
const redisAccess = {
  ...common("redis-access", {
    ...{ networks: [BACK], memory: 32, stop: 5, ask: redisAccessReadyCommand },
  }),
  image: fakeDigest("redis-image"),
  envs: sealed([
    "REDISCLI_AUTH=random-of-redis-admin-password",
    expect.stringMatching(/^REDIS_USERS=acl setuser order-api .* #[0-9a-f]{64}\nacl setuser ocr-worker .*$/),
  ]),
  user: "999:999",
  entrypoints: ["sh", "-c"],
  command: [redisAccessCommand],
};
const { uid, gid } = statSync(documents);
const router = {
  ...common("router", {
    networks: [FRONT, DOCUMENTS],
    memory: 256,
    stop: 15,
    ask: GET_HEALTH,
  }),
  image: fakeDigest("router-image"),
  envs: ["XDG_CONFIG_HOME=/tmp/config", "XDG_DATA_HOME=/tmp/data", "GOGC=400", "GOMEMLIMIT=192MiB"],
  user: `${uid}:${gid}`,
  command: ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
  capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
  volumes: [
    { hostPath: documents, containerPath: "/srv/documents", readOnly: true },
    { hostPath: path.join(projectFolder, "samples/scans"), containerPath: "/srv/samples", readOnly: true },
  ],
  ports: [{ internal: 8080, external: 80, ip: "127.0.0.1" }],
};

/** A base image with its tag, so that one can read it, and its digest, so that it stays the same. */
const pinned = (name: string) => expect.stringMatching(new RegExp(`^${name}@sha256:[0-9a-f]{64}$`));

const nodeImage = pinned("node:24.21.0-bookworm-slim");

const built = (part: string, dockerfile: string, sources: readonly string[], buildArgs: object) => ({
  name: `orbital-witness/${part}:review-${cloneId(projectFolder)}`,
  keepLocally: true,
  build: {
    context: projectFolder,
    dockerfile: `${projectFolder}/${dockerfile}`,
    buildArgs,
    platform: `linux/${{ x64: "amd64" }[process.arch as string] ?? process.arch}`,
    provenance: "false",
    buildLogFile: `${projectFolder}/.pulumi/build-${part}.log`,
  },
  triggers: { sources: sourceHash(projectFolder, sources) },
});
const image = (part: string, more: Record<string, string> = {}) =>
  built(part, "services/Dockerfile", sourcesOf(part), { NODE_IMAGE: nodeImage, SERVICE: part, ...more });
const workerArguments = {
  ...{ OCR_LANGUAGES: "eng", SECOND_READER: "on", PYTHON_INDEX: "https://pypi.org/simple" },
};
const routerImage = built("router", "web/Dockerfile", routerSources, {
  NODE_IMAGE: nodeImage,
  CADDY_IMAGE: pinned("caddy:2.10-alpine"),
  CADDYFILE: readFileSync(path.join(projectFolder, "pulumi/Caddyfile"), "utf8"),
});

test.each<[string, object]>([
  [`${NAME}-auth-api`, authApi],
  [`${NAME}-order-api`, orderApi],
  [`${NAME}-ocr-worker-1`, ocrWorker("ocr-worker-1")],
  [`${NAME}-ocr-worker-2`, ocrWorker("ocr-worker-2")],
  [`${NAME}-redis`, redis],
  [`${NAME}-redis-access`, redisAccess],
  [`${NAME}-router`, router],
  ["auth-api-image", image("auth-api")],
  ["order-api-image", image("order-api")],
  ["ocr-worker-image", image("ocr-worker", workerArguments)],
  ["redis-image", { name: pinned("redis:7.2-bookworm"), keepLocally: true }],
  ["router-image", routerImage],
  [`${NAME}-front`, { driver: "bridge", labels: labelsOf("front") }],
  ...["back", "documents", "work"].map((part): [string, object] => [
    `${NAME}-${part}`,
    {
      driver: "bridge",
      internal: true,
      options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
      labels: labelsOf(part),
    },
  ]),
  [`${NAME}-redis-data`, { labels: labelsOf("redis-data") }],
  [`${NAME}-results`, { labels: labelsOf("results") }],
  [`${NAME}-search`, { labels: labelsOf("search") }],
  [`${NAME}-uploads`, { labels: labelsOf("uploads") }],
  [`${NAME}-accounts`, { labels: labelsOf("accounts") }],
  ...["admin", "order-api-1", "ocr-worker-1"].map((of): [string, object] => [
    `redis-${of}-password`,
    { length: 40, special: false },
  ]),
  ["program-password", { length: 40, special: false }],
  ["session-secret", { length: 64, special: false }],
])("%s has exactly these inputs", (name, inputs) => {
  expect(program.resources.filter((each) => each.name === name)).toEqual([
    { type: expect.any(String), name, inputs },
  ]);
});

test("a changed health check changes a label, because the provider does not notice the check alone", () => {
  const pairs = program.resources
    .filter(({ inputs }) => inputs.healthcheck !== undefined)
    .map(({ inputs }) => [
      JSON.stringify(inputs.healthcheck),
      (inputs.labels as { value: string }[]).at(-1)?.value,
    ]);
  const kinds = [pairs.map(([check]) => check), pairs.map(([, label]) => label), pairs.map(String)];
  // Those of Redis, its users, the router and the services.
  expect(kinds.map((each) => new Set(each).size)).toEqual([4, 4, 4]);
});

test("an update waits until each container is healthy, and longest for the workers", () => {
  const containers = program.resources.filter(({ type }) => type === "docker:index/container:Container");
  const expected = containers.map(({ name }) => ({
    id: `id-of-${name}`,
    quietSeconds: name.includes("ocr-worker") ? 120 : 60,
  }));
  expect(program.waits).toHaveLength(expected.length);
  expect(program.waits).toEqual(expect.arrayContaining(expected));
});

test("the program creates no other resources than those checked above", () => {
  const components = ["orbital-witness-review", "redis", "auth-api", "order-api", "ocr-worker", "router"];
  const ofProof = ["proof", "former-outputs"];
  expect(program.resources).toHaveLength(26 + components.length + ofProof.length);
});

test("a documents folder of root is served by the user nobody", async () => {
  const { resources } = await recordProgram({ settings: { documentsFolder: "/" } });
  const { inputs } = resources.find((each) => each.name === `${NAME}-router`) ?? {};
  expect(inputs).toMatchObject({ user: "65534:65534", volumes: [{ hostPath: "/" }, {}] });
});
