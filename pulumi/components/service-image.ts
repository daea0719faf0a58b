import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { builtImage } from "./built-image.ts";

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

/** The image of a folder of services/. */
export function serviceImage(
  service: string,
  buildArgs: Readonly<Record<string, string>>,
  options: pulumi.CustomResourceOptions,
): docker.RemoteImage {
  const build = { dockerfile: "services/Dockerfile", sources: sourcesOf(service), buildArgs };
  return builtImage(service, build, options);
}
