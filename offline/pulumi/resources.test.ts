import path from "node:path";
import { execa } from "execa";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { PassphraseCrypter } from "../../lib/stack-config/passphrase-crypter.ts";
import { readProjectFile } from "../../lib/stack-config/project-file.ts";
import { type RecordedProgram, recordProgram } from "../../pulumi/program-tests/recorded-program.ts";
import { LastOutputs } from "./last-outputs.ts";
import { runProgram } from "./program.ts";
import { type Mode, Resources } from "./resources.ts";
import { Scope } from "./scope.ts";

/** An empty engine. */
vi.mock("execa", () => ({
  execa: vi.fn(async (_, args) => ({ failed: false, stdout: answer(args), all: "", stderr: "" })),
}));

/** What the program waits for. */
vi.mock("../../pulumi/health/until-healthy.ts", () => ({ untilHealthy: async () => ({ kind: "healthy" }) }));

/** No image is built, so a run must not wait for a build of another clone. */
vi.mock("./build-turn.ts", () => ({ takeBuildTurn: async () => ({ [Symbol.dispose]: () => {} }) }));

/** Lines of `docker volume ls`: name, resource and hash of the inputs. */
let volumes = "";

function answer(args: readonly string[]): string {
  switch (args[0]) {
    case "inspect":
      return "running healthy";
    case "volume":
      return args[1] === "ls" ? volumes : "";
    case "image":
      return "sha256:base";
    case "build":
      return `sha256:${args.find((each) => each.startsWith("SERVICE="))}`;
    default:
      return "";
  }
}

const projectFolder = path.resolve(import.meta.dirname, "../..");
const crypter = PassphraseCrypter.create("throwaway");
const changes: string[] = [];
let recorded: RecordedProgram;

beforeAll(async () => {
  recorded = await recordProgram();
});
beforeEach(() => {
  volumes = "";
  changes.length = 0;
  vi.mocked(execa).mockClear();
});

function resources(mode: Mode): Resources {
  const scope = new Scope(projectFolder, "orbital-witness", "review");
  return new Resources(
    scope,
    () => crypter,
    mode,
    (change, type, name) => changes.push(`${change} ${type} ${name}`),
  );
}

/** The docker client's commands so far, by their first words. */
function commands(): string[] {
  const calls = vi.mocked(execa).mock.calls as unknown as [string, string[]][];
  return calls.map(([program, [first = "", second = ""]]) => {
    expect(program).toBe("docker");
    return ["network", "volume", "image"].includes(first) ? `${first} ${second}` : first;
  });
}

function inputsOf(name: string): Record<string, unknown> {
  return { ...recorded.resources.find((each) => each.name === name)?.inputs };
}

const NAME = "orbital-witness-review";

test("an unknown resource type fails before anything is changed", async () => {
  const made = resources("update").make("docker:index/plugin:Plugin", "my-plugin", {});
  await expect(made).rejects.toThrow(Failure);
  await expect(made).rejects.toThrow(
    /does not know the resource type docker:index\/plugin:Plugin \(of my-plugin\)/,
  );
  expect(commands()).toEqual([]);
});

test.each([
  ["docker:index/container:Container", `${NAME}-router`, { privileged: true }, '"privileged"'],
  ["docker:index/container:Container", `${NAME}-router`, { capabilities: { drops: [], all: true } }, '"all"'],
  [
    "docker:index/container:Container",
    `${NAME}-router`,
    { ports: [{ internal: 1, external: 1, ip: "", protocol: "udp" }] },
    '"protocol"',
  ],
  ["docker:index/container:Container", `${NAME}-router`, { networkMode: "host" }, "networkMode"],
  ["docker:index/container:Container", `${NAME}-router`, { wait: true }, '"wait"'],
  ["docker:index/network:Network", `${NAME}-front`, { attachable: true }, '"attachable"'],
  ["docker:index/volume:Volume", `${NAME}-redis-data`, { driver: "local" }, '"driver"'],
  ["docker:index/remoteImage:RemoteImage", "redis-image", { pullTriggers: [] }, '"pullTriggers"'],
  ["docker:index/remoteImage:RemoteImage", "auth-api-image", { platform: "linux/arm64" }, '"platform"'],
  ["random:index/randomPassword:RandomPassword", "redis-password", { minLower: 4 }, '"minLower"'],
  ["random:index/randomPassword:RandomPassword", "redis-password", { special: true }, "special"],
])("%s %s: %o fails before anything is changed", async (type, name, more, named) => {
  const made = resources("update").make(type, name, { ...inputsOf(name), ...more });
  await expect(made).rejects.toThrow(Failure);
  await expect(made).rejects.toThrow(`does not support all inputs of ${name} (${type})`);
  await expect(made).rejects.toThrow(named);
  expect(commands()).toEqual([]);
});

/** Runs the project's program as the stand-in's CLI does. */
async function run(mode: Mode, settings: Record<string, string> = {}) {
  vi.resetModules();
  const project = readProjectFile(projectFolder);
  const defaults = Object.entries(project.config).map(([key, declared]) => [
    `${project.name}:${key}`,
    String(declared.default),
  ]);
  const own = { [`${project.name}:ocrWorkers`]: "2", [`${project.name}:proveOnUp`]: "false" };
  const config = { values: { ...Object.fromEntries(defaults), ...own, ...settings }, secretKeys: [] };
  const outputs = new LastOutputs(scratchFolder(), "review");
  return runProgram(projectFolder, project, "review", config, resources(mode), outputs, mode !== "update");
}

test("an update creates every resource of the program once", async () => {
  const outputs = await run("update");
  const made = ["create", "start", "network create", "volume create", "build"];
  const counts = made.map((command) => commands().filter((each) => each === command).length);
  expect(counts).toEqual([7, 7, 4, 5, 4]);
  expect(changes.sort()).toEqual([
    ...["auth-api", "ocr-worker-1", "ocr-worker-2", "order-api", "redis", "redis-access", "router"].map(
      (part) => `create Container ${NAME}-${part}`,
    ),
    ...["back", "documents", "front", "work"].map((part) => `create Network ${NAME}-${part}`),
    ...["accounts", "redis-data", "results", "search", "uploads"].map(
      (part) => `create Volume ${NAME}-${part}`,
    ),
  ]);
  expect(outputs).toMatchObject({ url: "http://localhost", workers: 2 });
  expect(outputs.containers).toHaveLength(7);
});

test.each<[Mode, string[]]>([
  ["look", ["build", "image inspect", "network ls", "ps", "volume ls"]],
  ["read", ["image inspect", "network ls", "ps", "volume ls"]],
])("mode %s creates nothing", async (mode, harmless) => {
  await run(mode);
  expect([...new Set(commands())].sort()).toEqual(harmless);
  expect(JSON.stringify(vi.mocked(execa).mock.calls)).not.toContain("--tag");
});

test("a volume is kept even if it was created with other labels", async () => {
  const volume = `${NAME}-redis-data`;
  volumes = `${volume}-0123456 ${volume} hash-of-other-labels`;
  const type = "docker:index/volume:Volume";
  const all = resources("update");
  const { state } = await all.make(type, volume, inputsOf(volume));
  await all.removeRest();
  expect(state.name).toBe(`${volume}-0123456`);
  expect(changes).toEqual([`same Volume ${volume}`]);
  expect(commands()).not.toContain("volume create");
  expect(commands()).not.toContain("volume rm");
});

test("passwords consist of letters and digits, never change, and depend on the name", async () => {
  const passwordOf = async (name: string, length: number) => {
    const type = "random:index/randomPassword:RandomPassword";
    return (await resources("look").make(type, name, { length, special: false })).state.result;
  };
  const password = await passwordOf("redis-password", 40);
  expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(await passwordOf("redis-password", 40)).toBe(password);
  expect(await passwordOf("jwt-secret", 64)).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(await passwordOf("jwt-secret", 40)).not.toBe(password);
});

test("a setting out of range fails before anything is changed", async () => {
  const ran = run("update", { "orbital-witness:ocrWorkers": "65" });
  await expect(ran).rejects.toThrow(Failure);
  await expect(ran).rejects.toThrow("ocrWorkers must be a whole number from 1 to 64, but is 65");
  expect(commands()).toEqual([]);
});
