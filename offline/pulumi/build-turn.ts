import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

const folder = path.join(homedir(), ".cache", "orbital-witness");
const betweenTriesMs = 100;
/** SQLITE_BUSY: another process holds the lock. */
const busy = 5;

/**
 * Waits until no other process of this user builds an image. Stacks of several clones would otherwise build
 * equal layers twice at the same time. The classic builder's cache then returns either of them, so an image
 * would seem to have changed. The operating system releases the lock when the process ends.
 */
export async function takeBuildTurn(): Promise<Disposable> {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(path.join(folder, "build.lock"), { timeout: 0 });
  for (;;) {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return { [Symbol.dispose]: () => database.close() };
    } catch (error) {
      if (!(error instanceof Error && "errcode" in error && error.errcode === busy)) {
        database.close();
        throw error;
      }
    }
    await pause(betweenTriesMs);
  }
}
