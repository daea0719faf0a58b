import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The line with which BuildKit begins the log of a build. */
const FIRST_LINE = /^#0 building with /gm;

/** Removes all builds but the last from a log to which the provider appends every build. */
export function keepLastBuild(file: string): void {
  if (!existsSync(file)) {
    return;
  }
  const log = readFileSync(file, "utf8");
  const last = [...log.matchAll(FIRST_LINE)].at(-1)?.index ?? 0;
  if (last > 0) {
    writeFileSync(file, log.slice(last));
  }
}
