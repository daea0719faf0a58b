import { readFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { type ContainerInputs, containerInputs, isExclusive, startContainer } from "./container.ts";
import type { DockerOptions } from "./docker-cli.ts";

/**
 * Each call of the docker client. For `docker cp` it includes the content of the file, which is deleted
 * afterwards.
 */
const calls: { args: string[]; env: DockerOptions["env"] }[] = [];
vi.mock("./docker-cli.ts", () => ({
  docker: vi.fn(async (args: string[], options: DockerOptions = {}) => {
    const [, source = ""] = args;
    const seen = args[0] === "cp" ? [readFileSync(source, "utf8"), ...args.slice(2)] : args.slice(1);
    calls.push({ args: [args[0] ?? "", ...seen], env: options.env });
    return "";
  }),
}));
beforeEach(() => {
  calls.length = 0;
});

const inputs = containerInputs.parse({
  image: "sha256:abc",
  envs: ["REDIS_URL=redis://:hidden@redis:6379/?a=b", "EMPTY="],
  networkMode: "bridge",
  networksAdvanced: [
    { name: "front", aliases: ["me"] },
    { name: "back", aliases: ["me", "myself"] },
  ],
  healthcheck: { tests: ["CMD-SHELL", "ask"], interval: "2s", timeout: "5s", retries: 3, startPeriod: "9s" },
  labels: [{ label: "a", value: "b" }],
  capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  tmpfs: { "/tmp": "rw,size=64m" },
  init: true,
  memory: 256,
  memorySwap: 512,
  logDriver: "json-file",
  logOpts: { "max-size": "10m" },
  restart: "unless-stopped",
  stopTimeout: 15,
  destroyGraceSeconds: 15,
  user: "node",
  entrypoints: ["sh", "-c"],
  command: ["run", "it"],
  volumes: [
    { volumeName: "data", containerPath: "/data" },
    { hostPath: "/scans", containerPath: "/srv", readOnly: true },
  ],
  ports: [{ internal: 8080, external: 80, ip: "127.0.0.1" }],
  uploads: [{ file: "/etc/file", content: "text" }],
});

async function callsFor(changed: ContainerInputs): Promise<string> {
  calls.length = 0;
  await startContainer("name", changed, ["--label", "c=d"]);
  return JSON.stringify(calls);
}

test("the container's environment is in the client's environment, not in its arguments", async () => {
  expect(await callsFor(inputs)).toContain("hidden");
  const [create, ...rest] = calls;
  expect(create?.env).toEqual({ REDIS_URL: "redis://:hidden@redis:6379/?a=b", EMPTY: "" });
  expect(create?.args).toEqual(expect.arrayContaining(["--env", "REDIS_URL", "EMPTY"]));
  expect(JSON.stringify([create?.args, rest])).not.toContain("hidden");
});

test("a container gets its networks and files before it is started", async () => {
  await callsFor(inputs);
  const [create, ...rest] = calls.map(({ args }) => args.join(" "));
  expect(create).toMatch(/^create --name name --label c=d .* sha256:abc -c run it$/);
  expect(rest).toEqual([
    "network connect --alias me --alias myself back name",
    "cp text name:/etc/file",
    "start name",
  ]);
});

type Path = readonly (string | number)[];

function leavesOf(value: unknown, at: Path = []): Path[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...at, key]))
    : [at];
}

function changedAt(whole: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) {
    return typeof whole === "string" ? `${whole}x` : typeof whole === "number" ? whole + 1 : !whole;
  }
  const copy = structuredClone(whole) as Record<string, unknown>;
  copy[key] = changedAt(copy[key], rest);
  return copy;
}

/**
 * Inputs that the client does not get: the stand-in applies them after the start, or allows a single value.
 */
const notTheClients = ["waitTimeout", "destroyGraceSeconds", "wait", "networkMode", "healthcheck.tests.0"];

test.each(leavesOf(inputs).map((at) => [at.join("."), at] as const))(
  "%s reaches the engine",
  async (name, at) => {
    const before = await callsFor(inputs);
    const after = await callsFor(changedAt(inputs, at) as ContainerInputs);
    expect(after !== before).toBe(!notTheClients.includes(name));
  },
);

test("the tests above change every input", () => {
  expect(Object.keys(inputs).sort()).toEqual(Object.keys(containerInputs.shape).sort());
});

test.each([
  ["a port", {}, true],
  ["Redis", { ports: [], labels: [{ label: "orbital-witness.part", value: "redis" }] }, true],
  ["neither", { ports: [], labels: [{ label: "orbital-witness.part", value: "order-api" }] }, false],
])("with %s, whether a replacement must wait until the old one is removed", (_, change, expected) => {
  expect(isExclusive(containerInputs.parse({ ...inputs, ...change }))).toBe(expected);
});
