import { mkdirSync } from "node:fs";
import path from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { imageNameOf } from "../names.ts";
import { projectFolder } from "../settings.ts";
import { keepLastBuild } from "./build-log.ts";
import { sourceHash } from "./source-hash.ts";

export interface ImageBuild {
  /** Relative to the project's folder, which is the build's context. */
  readonly dockerfile: string;
  /** Files and folders that decide what is in the image, relative to the project's folder. */
  readonly sources: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

/**
 * The image of a part, built by the engine's own BuildKit. It is rebuilt when one of its sources, a build
 * argument or the platform changes. `docker.Image` cannot build on an engine with the containerd image store
 * (pulumi-docker issue 967), see docs/decisions.md.
 */
export function builtImage(
  part: string,
  { dockerfile, sources, buildArgs }: ImageBuild,
  options: pulumi.CustomResourceOptions,
): docker.RemoteImage {
  const logFolder = path.join(projectFolder, ".pulumi");
  mkdirSync(logFolder, { recursive: true });
  const buildLogFile = path.join(logFolder, `build-${part}.log`);
  keepLastBuild(buildLogFile);
  return new docker.RemoteImage(
    `${part}-image`,
    {
      name: imageNameOf(part),
      build: {
        context: projectFolder,
        dockerfile: `${projectFolder}/${dockerfile}`,
        buildArgs,
        platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
        // Attestations contain the time of the build, so an unchanged image would get another id each time.
        provenance: "false",
        // Without the log, a failed build shows the command that failed, but not its output.
        buildLogFile,
      },
      triggers: { sources: sourceHash(projectFolder, sources) },
      // A container of another stack may still run it, and the next build starts from its layers.
      keepLocally: true,
    },
    options,
  );
}
