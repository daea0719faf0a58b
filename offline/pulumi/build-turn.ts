import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { FileLock } from "../../lib/file-lock.ts";

const file = path.join(homedir(), ".cache", "orbital-witness", "build.lock");
const betweenTriesMs = 100;

/**
 * Waits until no other process of this user builds an image. Stacks of several clones would otherwise build
 * equal layers twice at the same time. The classic builder's cache then returns either of them, so an image
 * would seem to have changed.
 */
export async function takeBuildTurn(): Promise<Disposable> {
  for (;;) {
    const lock = FileLock.tryTake(file);
    if (lock) return lock;
    await pause(betweenTriesMs);
  }
}
