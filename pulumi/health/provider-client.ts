import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { DockerClient } from "./docker-client.ts";

let client: DockerClient | undefined;

/** The client of the engine on which the Docker provider works. */
export function providerClient(): DockerClient {
  client ??= new DockerClient(environment());
  return client;
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
