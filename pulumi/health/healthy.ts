import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerClient } from "./docker-client.ts";
import { Engine } from "./engine.ts";
import { providerClient } from "./provider-client.ts";
import { untilHealthy } from "./until-healthy.ts";

/** After one part failed, the others may still show that they fail too. */
const graceMs = 2000;

let engine: Engine | undefined;
let firstFailureAt: number | undefined;

/**
 * The container, once it is healthy. What depends on this output is not created before. If the container does
 * not become healthy, the update fails with an explanation. The provider's own `wait` would not notice that a
 * container exits again and again, and shows neither its log nor its health check.
 * @param quietSeconds how long the container may make no progress
 */
export function healthy(container: docker.Container, quietSeconds = 60): pulumi.Output<docker.Container> {
  return container.id.apply(async (id) => {
    if (!pulumi.runtime.isDryRun()) await awaitHealth(container, id, quietSeconds);
    return container;
  });
}

async function awaitHealth(container: docker.Container, id: string, quietSeconds: number): Promise<void> {
  const docker = providerClient();
  engine ??= new Engine(docker);
  const outcome = await untilHealthy(engine, id, {
    quietSeconds,
    isOver: () => firstFailureAt !== undefined && Date.now() >= firstFailureAt + graceMs,
    onSlow: () => tellWait(docker, container, id),
  }).catch((error: Error) => {
    const advice = "Run `docker version`: it should show the engine of this stack.";
    throw new pulumi.ResourceError(`The health is unknown: ${error.message} ${advice}`, container, true);
  });
  if (outcome.kind === "left") {
    pulumi.log.warn(`The container ${outcome.what}. \`npm start\` brings it back.`, container);
  }
  if (outcome.kind !== "failed") return;
  firstFailureAt ??= Date.now();
  const { explainContainer } = await import("./explain-container.ts");
  const text = await explainContainer(docker, id, outcome);
  throw new pulumi.ResourceError(text, container, true);
}

/** Says in the progress of an update what a container waits for. */
async function tellWait(docker: DockerClient, container: docker.Container, id: string): Promise<void> {
  const { describeWait } = await import("./explain-container.ts");
  const text = await describeWait(docker, id);
  if (text !== undefined) await pulumi.log.info(text, container, undefined, true);
}
