import { createHash } from "node:crypto";

/** Tells clones on one machine apart: eight hex digits that follow from the clone's folder. */
export function cloneId(projectFolder: string): string {
  return createHash("sha256").update(projectFolder).digest("hex").slice(0, 8);
}
