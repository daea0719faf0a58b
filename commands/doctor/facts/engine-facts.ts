import { realpathSync } from "node:fs";
import { homedir, hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { programOnPath } from "../../lib/program-on-path.ts";
import { askEngine, type Engine } from "../../stack/engine/docker.ts";
import { DEFAULT_SOCKET, dockerEndpoint, type Endpoint, socketOf } from "../../stack/engine/endpoint.ts";
import { knock } from "../../stack/engine/knock.ts";
import { ANSWER_MS, linesOf } from "./ask.ts";

const infoSchema = z.object({
  ID: z.string().nullish(),
  Name: z.string(),
  OperatingSystem: z.string(),
  MemTotal: z.number(),
  MemoryLimit: z.boolean(),
  DockerRootDir: z.string(),
  SystemTime: z.string().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
});

export type EngineInfo = z.infer<typeof infoSchema>;

export type EngineFacts = {
  /** Path of the docker client. */
  readonly client: string | undefined;
  readonly endpoint: Endpoint;
  readonly engine: Engine;
  /** What connecting to the endpoint's socket said: `open` or an error's code. Undefined for addresses. */
  readonly socket: string | undefined;
  /** Other contexts of this user whose socket answers. */
  readonly alive: readonly string[];
  /** The socket that Pulumi's Docker provider takes without DOCKER_HOST; undefined if none answers. */
  readonly providerSocket: string | undefined;
  readonly info: EngineInfo | undefined;
  /** How far the engine's clock is ahead of this machine's, in ms. */
  readonly clockAheadMs: number | undefined;
  readonly isRootless: boolean;
  /** Whether the engine's files are on this machine, and not in a virtual machine or elsewhere. */
  readonly isOnThisMachine: boolean;
};

export async function engineFacts(): Promise<EngineFacts> {
  const client = programOnPath("docker");
  const [endpoint, engine] = await Promise.all([dockerEndpoint(ANSWER_MS), askEngine(ANSWER_MS)]);
  const own = socketOf(endpoint.host);
  const [socket, alive, providerSocket, asked] = await Promise.all([
    own === undefined ? undefined : knock({ path: own }),
    aliveContexts(endpoint),
    firstAlive(providerSockets),
    engine.failed ? undefined : askInfo(),
  ]);
  const info = asked?.info;
  return {
    client,
    endpoint,
    engine,
    socket,
    alive,
    providerSocket,
    info,
    clockAheadMs: asked?.clockAheadMs,
    isRootless: info?.SecurityOptions?.some((option) => option.includes("rootless")) ?? false,
    isOnThisMachine: own !== undefined && info?.Name === hostname(),
  };
}

async function askInfo(): Promise<{ info: EngineInfo; clockAheadMs: number | undefined } | undefined> {
  const before = Date.now();
  const [line = ""] = (await linesOf("docker", ["info", "--format", "{{json .}}"])) ?? [];
  const after = Date.now();
  try {
    const info = infoSchema.parse(JSON.parse(line));
    const time = Date.parse(info.SystemTime ?? "");
    // The engine read its clock at some time in between.
    const ahead = time > after ? time - after : time < before ? time - before : 0;
    return { info, clockAheadMs: Number.isNaN(time) ? undefined : ahead };
  } catch {
    return undefined;
  }
}

/** The other contexts whose engine has a socket on this machine where somebody listens. */
async function aliveContexts({ contexts, host }: Endpoint): Promise<string[]> {
  const others = contexts.filter((context) => context.host !== host);
  const answers = await Promise.all(
    others.map(async ({ name, host }) => {
      const socket = socketOf(host);
      return socket !== undefined && (await knock({ path: socket })) === "open" ? [name] : [];
    }),
  );
  return answers.flat();
}

/** What the provider tries without DOCKER_HOST. It does not read contexts for this. */
const providerSockets = [
  DEFAULT_SOCKET,
  path.join(homedir(), ".docker/run/docker.sock"),
  path.join(homedir(), ".docker/desktop/docker.sock"),
];

async function firstAlive(sockets: readonly string[]): Promise<string | undefined> {
  const said = await Promise.all(sockets.map((socket) => knock({ path: socket })));
  return sockets.find((_, at) => said[at] === "open");
}

/** Sockets may be links to one another, as with Docker Desktop. */
export function isSameSocket(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
