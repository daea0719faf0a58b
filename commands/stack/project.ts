import path from "node:path";
import { readProjectFile } from "../../lib/stack-config/project-file.ts";
import { StackFile } from "../../lib/stack-config/stack-file.ts";
import type { BaseImages } from "./engine/base-images.ts";

export const projectFolder = path.resolve(import.meta.dirname, "../..");

/** The setting's plain value in a stack: the stack's own, or the project's default. */
export function setting(folder: string, stack: string, name: string): string {
  const project = readProjectFile(folder);
  const own = new StackFile(folder, stack).values().get(`${project.name}:${name}`);
  return typeof own === "string" ? own : String(project.config[name]?.default ?? "");
}

/** The base images by their settings. That of Prometheus is wanted only with `observability`. */
export function wantedBaseImages(folder: string, stack: string): BaseImages {
  const hasStore = setting(folder, stack, "observability") === "true";
  return {
    nodeImage: setting(folder, stack, "nodeImage"),
    redisImage: setting(folder, stack, "redisImage"),
    caddyImage: setting(folder, stack, "caddyImage"),
    ...(hasStore && { prometheusImage: setting(folder, stack, "prometheusImage") }),
  };
}

export function hasSetting(folder: string, stack: string, name: string): boolean {
  return new StackFile(folder, stack).values().has(`${readProjectFile(folder).name}:${name}`);
}
