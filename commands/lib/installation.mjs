// What this clone has installed. Plain JavaScript, because it runs on whatever Node the machine has.
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const OLDEST_NODE = 18;
export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const inProject = (...parts) => path.join(projectFolder, ...parts);

/** The project's own Node, which runs the TypeScript. */
export const node = inProject("node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

export function isNodeTooOld() {
  return Number.parseInt(process.versions.node, 10) < OLDEST_NODE;
}

/**
 * npm writes the file at the end of every install. If it is older than the lock file, the install is
 * outdated. @returns {"missing" | "outdated" | "current"}
 */
export function dependencies(folder = projectFolder) {
  const installed = path.join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return "missing";
  return statSync(installed).mtimeMs >= statSync(path.join(folder, "package-lock.json")).mtimeMs
    ? "current"
    : "outdated";
}

/** The environment of the project's commands, whose Node comes first on the PATH. */
export function commandEnvironment() {
  return {
    // Pulumi's SDK takes a second to load: keep its compiled code.
    NODE_COMPILE_CACHE: inProject("node_modules", ".cache", "node"),
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
  };
}
