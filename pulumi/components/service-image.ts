import { mkdirSync } from "node:fs";
import path from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { imageNameOf } from "../names.ts";
import { projectFolder } from "../settings.ts";
import { keepLastBuild } from "./build-log.ts";
import { sourceHash } from "./source-hash.ts";

/** Sources of every image: services/Dockerfile, and what it copies for every service. */
const SHARED_SOURCES = [
  ".dockerignore",
  "package.json",
  "package-lock.json",
  "services/Dockerfile",
  "services/common",
];

/** Files and folders that decide what is in a service's image, relative to the project's folder. */
export function sourcesOf(service: string): readonly string[] {
  return [...SHARED_SOURCES, `services/${service}`];
}

/**
 * The image of a folder of services/, built by the engine's own BuildKit. It is rebuilt when one of its
 * sources, a build argument or the platform changes. `docker.Image` cannot build on an engine with the
 * containerd image store (pulumi-docker issue 967), see docs/decisions.md.
 */
export function serviceImage(
  service: string,
  buildArgs: Readonly<Record<string, string>>,
  options: pulumi.CustomResourceOptions,
): docker.RemoteImage {
  const logFolder = path.join(projectFolder, ".pulumi");
  mkdirSync(logFolder, { recursive: true });
  const buildLogFile = path.join(logFolder, `build-${service}.log`);
  keepLastBuild(buildLogFile);
  return new docker.RemoteImage(
    `${service}-image`,
    {
      name: imageNameOf(service),
      build: {
        context: projectFolder,
        dockerfile: `${projectFolder}/services/Dockerfile`,
        buildArgs,
        platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
        // Attestations contain the time of the build, so an unchanged image would get another id each time.
        provenance: "false",
        // Without the log, a failed build shows the command that failed, but not its output.
        buildLogFile,
      },
      triggers: { sources: sourceHash(projectFolder, sourcesOf(service)) },
      // A container of another stack may still run it, and the next build starts from its layers.
      keepLocally: true,
    },
    options,
  );
}
