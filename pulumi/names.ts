import * as pulumi from "@pulumi/pulumi";
import { cloneId } from "./clone-id.ts";
import { projectFolder } from "./settings.ts";

/**
 * The name of a part, as `docker ps` shows it: project, stack, part. Pulumi adds a random suffix, so that a
 * replacement can start beside the old resource, and two clones never collide.
 */
export function nameOf(part: string): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}-${part}`;
}

/** An image's name and tag. Pulumi adds no random suffix to images, so the tag has the clone's id. */
export function imageNameOf(part: string): string {
  return `${pulumi.getProject()}/${part}:${pulumi.getStack()}-${cloneId(projectFolder)}`;
}

/** Labels that say to which stack and clone a resource belongs, for `docker ps --filter label=...`. */
export function labelsOf(
  part: string,
  more: Record<string, string> = {},
): { label: string; value: string }[] {
  const clone = cloneId(projectFolder);
  const labels = { project: pulumi.getProject(), stack: pulumi.getStack(), clone, part, ...more };
  return Object.entries(labels).map(([key, value]) => ({ label: `orbital-witness.${key}`, value }));
}

/**
 * Options of a volume with data. Docker cannot change the labels of a volume, so Pulumi would replace it and
 * lose the data. `protect` is not used, because it would block `destroy` too.
 */
export const keepsData = { ignoreChanges: ["labels", "driver", "driverOpts"] };
