import { execa } from "execa";
import { z } from "zod";

/** The socket of an engine that nothing else is set for. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";
/** The client reads its contexts from files. */
const CONTEXTS_LIMIT_MS = 10_000;

const contextSchema = z.object({
  Name: z.string(),
  /** A boolean, or text in older clients. */
  Current: z.union([z.boolean(), z.string()]),
  DockerEndpoint: z.string(),
});

export type DockerContext = { readonly name: string; readonly host: string };

/** Which engine the docker client talks to, and what decides it. */
export type Endpoint = {
  readonly decidedBy: "DOCKER_HOST" | "DOCKER_CONTEXT" | "context" | "default";
  /** The name of the context; undefined with DOCKER_HOST. */
  readonly context: string | undefined;
  /** Such as unix:///var/run/docker.sock; undefined if there is no such context. */
  readonly host: string | undefined;
  /** All contexts of this user. */
  readonly contexts: readonly DockerContext[];
};

/** Reads the environment and the client's contexts. It asks no engine. */
export async function dockerEndpoint(limitMs: number): Promise<Endpoint> {
  const { DOCKER_HOST: host, DOCKER_CONTEXT: wish } = process.env;
  // With DOCKER_HOST the client would not show its current context.
  const { stdout } = await execa("docker", ["context", "ls", "--format", "{{json .}}"], {
    env: { DOCKER_HOST: undefined },
    reject: false,
    timeout: limitMs,
  });
  const listed = (stdout ?? "").split("\n").flatMap(parseContext);
  const contexts = listed
    .filter(({ DockerEndpoint }) => DockerEndpoint !== "")
    .map(({ Name, DockerEndpoint }) => ({ name: Name, host: DockerEndpoint }));
  if (host) return { decidedBy: "DOCKER_HOST", context: undefined, host, contexts };
  const current = wish || listed.find(({ Current }) => String(Current) === "true")?.Name || "default";
  const fallback = current === "default" ? `unix://${DEFAULT_SOCKET}` : undefined;
  return {
    decidedBy: wish ? "DOCKER_CONTEXT" : current === "default" ? "default" : "context",
    context: current,
    host: contexts.find(({ name }) => name === current)?.host ?? fallback,
    contexts,
  };
}

/**
 * What leads a program that does not read the client's contexts, such as Pulumi's Docker provider, to the
 * client's engine. Empty if it gets there by itself, or if DOCKER_HOST alone does not lead there.
 */
export async function engineEnvironment(): Promise<Record<string, string>> {
  const { decidedBy, host } = await dockerEndpoint(CONTEXTS_LIMIT_MS);
  const isByContext = decidedBy === "context" || decidedBy === "DOCKER_CONTEXT";
  return isByContext && socketOf(host) !== undefined ? { DOCKER_HOST: `${host}` } : {};
}

function parseContext(line: string): z.infer<typeof contextSchema>[] {
  try {
    return [contextSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** The path of a `unix://` address. */
export function socketOf(host: string | undefined): string | undefined {
  return host?.startsWith("unix://") ? host.slice("unix://".length) : undefined;
}
