import { execa } from "execa";
import type { StackUnderTest, TestContainer } from "./stack-under-test.ts";

const FREEZE_ATTEMPTS = 20;

/** A fault of a container, and its remedy. */
export type Harm = { begin(): Promise<unknown>; end(): Promise<unknown> };

/** SIGKILL through the engine. It counts as a stop by the user, so the restart policy does not act. */
export function kill({ id }: TestContainer): Harm {
  return docker(["kill", id], ["start", id]);
}

/** SIGTERM, then SIGKILL after the container's stop timeout. */
export function stop({ id }: TestContainer): Harm {
  return docker(["stop", id], ["start", id]);
}

export function pause({ id }: TestContainer): Harm {
  return { begin: () => freeze(id), end: () => execa("docker", ["unpause", id]) };
}

/**
 * With cgroup v1, runc gives up on freezing a container whose processes are busy, and leaves it running
 * (opencontainers/runc, "unable to freeze"). The fault must happen, so the command is repeated.
 */
async function freeze(id: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { failed, stderr } = await execa("docker", ["pause", id], { reject: attempt === FREEZE_ATTEMPTS });
    if (!failed) return;
    if (!stderr.includes("unable to freeze")) throw new Error(`docker pause: ${stderr}`);
  }
}

export type NetworkPart = "front" | "back" | "work";

/** Disconnects it from some of its networks. The remedy reconnects it with the same names. */
export async function disconnect(
  clone: StackUnderTest,
  container: TestContainer,
  ...networks: readonly NetworkPart[]
): Promise<Harm> {
  const endpoints = Object.entries(await clone.endpointsOf(container));
  const harms = networks.map((network) => {
    const endpoint = endpoints.find(([name]) => name.includes(`-${network}-`));
    if (endpoint === undefined) throw new Error(`the container is not on the network ${network}`);
    const [name, { Aliases }] = endpoint;
    const { id } = container;
    // The engine adds the container's id itself.
    const aliases = (Aliases ?? []).filter((alias) => !id.startsWith(alias));
    return docker(
      ["network", "disconnect", name, id],
      ["network", "connect", ...aliases.flatMap((alias) => ["--alias", alias]), name, id],
    );
  });
  return {
    begin: () => Promise.all(harms.map(({ begin }) => begin())),
    end: () => Promise.all(harms.map(({ end }) => end())),
  };
}

function docker(harm: readonly string[], remedy: readonly string[]): Harm {
  return { begin: () => execa("docker", harm), end: () => execa("docker", remedy) };
}
