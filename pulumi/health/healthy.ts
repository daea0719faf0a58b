import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerClient } from "./docker-client.ts";
import { Engine } from "./engine.ts";
import { untilHealthy } from "./until-healthy.ts";

/** After one part failed, the others may still show that they fail too. */
const graceMs = 2000;

let client: DockerClient | undefined;
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
  client ??= new DockerClient(environment());
  engine ??= new Engine(client);
  const docker = client;
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

/** Leads the client to the engine that the provider uses: not to the client's own current context. */
function environment(): Record<string, string> {
  const config = new pulumi.Config("docker");
  const context = config.get("context") ?? process.env.DOCKER_CONTEXT;
  if (context) return { DOCKER_CONTEXT: context, DOCKER_HOST: "" };
  const host = config.get("host") ?? process.env.DOCKER_HOST;
  if (host) return { DOCKER_HOST: host };
  // The stand-in uses the client as it is.
  if (pulumi.runtime.getEngine() === undefined) return {};
  const folder = path.join(homedir(), ".docker");
  const sockets = ["/var/run/docker.sock", `${folder}/run/docker.sock`, `${folder}/desktop/docker.sock`];
  const socket = sockets.find((file) => existsSync(file));
  return socket === undefined ? {} : { DOCKER_HOST: `unix://${socket}` };
}
