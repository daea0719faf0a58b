import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";

const lockSchema = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

export type PulumiLock = z.infer<typeof lockSchema>;

/** The locks that the real CLI holds on one stack of a clone, in its file backend. */
export function pulumiLocks(folder: string, stack: string): PulumiLock[] {
  const locks = path.join(folder, ".pulumi", "locks");
  if (!existsSync(locks)) {
    return [];
  }
  return readdirSync(locks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && path.basename(path.dirname(file)) === stack)
    .flatMap((file) => readLock(path.join(locks, file)) ?? []);
}

/** Whether every holder ran on this machine and no longer runs: it was killed and left its locks behind. */
export function areLeftBehind(locks: readonly PulumiLock[]): boolean {
  return locks.length > 0 && locks.every((lock) => lock.hostname === hostname() && !isAlive(lock.pid));
}

function readLock(file: string): PulumiLock | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // The holder is writing the lock or has just removed it.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
