import { type InspectedContainer, readContainers } from "./container-state.ts";
import type { DockerClient } from "./docker-client.ts";
import { explanation, type Fault, shownLines } from "./explanation.ts";
import { recentLog } from "./recent-log.ts";
import { waitsFor } from "./waits-for.ts";

/** Why a container is not well, with the end of its log; see `explanation`. */
export async function explainContainer(
  docker: DockerClient,
  container: string,
  fault: Pick<Fault, "what" | "isEnding">,
): Promise<string> {
  const inspected = await inspect(docker, container);
  if (inspected === undefined) return `The container ${container} was removed while it was waited for.`;
  const log = await recentLog(docker, inspected, shownLines);
  return explanation({ container: inspected.state, log, ...fault });
}

/** "order-api waits for Redis to answer". Undefined if the container is gone. */
export async function describeWait(docker: DockerClient, container: string): Promise<string | undefined> {
  const inspected = await inspect(docker, container);
  return inspected && `${inspected.state.source} waits for ${waitsFor(inspected.state)}`;
}

async function inspect(docker: DockerClient, container: string): Promise<InspectedContainer | undefined> {
  const { failed, stdout } = await docker.run(["container", "inspect", container]);
  return failed ? undefined : readContainers(stdout)[0];
}
