import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

const LINES_SHOWN = 25;

/**
 * The end of the log of each image build that failed after `since` (milliseconds). The provider shows the
 * command that failed, but not its output. Empty when no build failed.
 */
export async function logOfFailedBuilds(folder: string, since: number): Promise<string> {
  const logFolder = path.join(folder, ".pulumi");
  // A stack with another backend may not have this folder.
  const entries = existsSync(logFolder) ? await readdir(logFolder) : [];
  const ends: string[] = [];
  for (const entry of entries.filter((name) => /^build-.*\.log$/.test(name)).sort()) {
    const file = path.join(logFolder, entry);
    if ((await stat(file)).mtimeMs >= since) {
      const lines = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-LINES_SHOWN);
      if (lines.some((line) => /^#\d+ ERROR/.test(line))) {
        ends.push(`\nThe end of .pulumi/${entry}:\n${lines.join("\n")}`);
      }
    }
  }
  return ends.join("");
}
