import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * The first program of this name on the PATH. Skips node_modules: npm scripts find the project's own Node and
 * the wrapper package's `pulumi` there first.
 */
export function programOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // Not this project's own folder pulumi/.
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
