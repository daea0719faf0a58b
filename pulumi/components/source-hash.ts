import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/**
 * A hash of the names and contents of all files under `sources`, folders or files relative to `root`. It
 * leaves out what `.dockerignore` keeps from the build: tests and node_modules.
 * @throws when a source does not exist
 */
export function sourceHash(root: string, sources: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => filesUnder(root, source)).sort()) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function filesUnder(root: string, source: string): string[] {
  if (!statSync(path.join(root, source)).isDirectory()) {
    return source.endsWith(".test.ts") ? [] : [source];
  }
  return readdirSync(path.join(root, source))
    .filter((entry) => entry !== "node_modules")
    .flatMap((entry) => filesUnder(root, path.posix.join(source, entry)));
}
