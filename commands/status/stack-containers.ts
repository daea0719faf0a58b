import type { ContainerState, InspectedContainer } from "../../pulumi/health/container-state.ts";
import { isWell, readContainers } from "../../pulumi/health/container-state.ts";
import { DockerClient } from "../../pulumi/health/docker-client.ts";
import { explanation, shownLines, stateText } from "../../pulumi/health/explanation.ts";
import { recentLog } from "../../pulumi/health/recent-log.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

/** A container that was started so lately after a restart may end again. */
const lateRestartMs = 60_000;

/** The containers of a stack, by name. @throws Failure if there are none */
export async function inspectContainers(
  docker: DockerClient,
  containers: StackContainers,
): Promise<InspectedContainer[]> {
  const ids = await containers.described("{{.ID}}");
  // A container may be removed between the two calls. The others are still described.
  const { stdout } = await docker.run(["container", "inspect", ...ids]);
  return readContainers(stdout).sort((one, other) => (one.state.source < other.state.source ? -1 : 1));
}

/** Whether it is not well, or was restarted lately. */
export function needsExplanation(container: ContainerState, now: number): boolean {
  return !isWell(container) || isEnding(container, now);
}

/** The same as a failed update says of a container. */
export async function explainFault(
  docker: DockerClient,
  container: InspectedContainer,
  now: number,
): Promise<string> {
  const { state } = container;
  const log = await recentLog(docker, container, shownLines);
  return explanation({
    container: state,
    what: `is ${stateText(state)}`,
    isEnding: isEnding(state, now),
    log,
  });
}

/** The explanations of all containers that are not well. Empty if there are none. */
export async function explainFaults(containers: StackContainers, now = Date.now()): Promise<string[]> {
  const docker = new DockerClient();
  const inspected = await inspectContainers(docker, containers);
  const faulty = inspected.filter(({ state }) => needsExplanation(state, now));
  return Promise.all(faulty.map((each) => explainFault(docker, each, now)));
}

function isEnding({ state, restarts, startedAt }: ContainerState, now: number): boolean {
  const isLate = now - Date.parse(startedAt) < lateRestartMs;
  return state === "restarting" || (restarts > 0 && isLate && state !== "exited");
}
