import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../lib/failure.ts";
import type { StackContainers } from "../stack/engine/containers.ts";
import { countOrders } from "../stack/stored-data.ts";
import { longestHoldMs, redisCommand, whileHeld } from "./held-services.ts";
import { SnapshotWriter } from "./snapshot-files.ts";
import { type Store, stackStores } from "./stores.ts";
import { VolumeHelper } from "./volume-helper.ts";

/**
 * Hard links to all files of these stores. That takes a moment, whereas copying takes minutes: their files
 * are never changed, only added and removed. Files that are still being written are left out.
 */
const linkScript = `
for store in results uploads; do
  cd /store/$store
  rm -rf .snapshot
  mkdir .snapshot
  find . -mindepth 1 -maxdepth 1 ! -name .snapshot ! -name lost+found ! -name '*.part' \\
    -exec cp -al -t .snapshot {} +
done`;
const unlinkScript = "rm -rf results/.snapshot uploads/.snapshot";
const tar = "tar --create --numeric-owner --exclude='*.????????-????-????-????-????????????'";

export type Saved = { bytes: number; heldMs: number };

/**
 * Saves all data of a running stack as it is at one moment: everything that was answered before it is in the
 * snapshot, and nothing that was answered after it. Only while the moment lasts do requests wait.
 */
export async function saveSnapshot(
  containers: StackContainers,
  folder: string,
  version: string,
): Promise<Saved> {
  const found = await stackStores(containers);
  const { redis, redisAccess, apis, workers } = found;
  const services = [...apis, ...workers];
  await refuseUnwell(containers, [redis, ...redisAccess, ...services]);
  const orders = await countOrders(containers);
  await using helper = await VolumeHelper.start(found);
  const snapshot = new SnapshotWriter(folder);
  const add = (store: Store, at: string, what = ".") =>
    snapshot.add(store, (target) => helper.read(`${tar} --directory="$1" "$2"`, target, at, what));
  try {
    await snapshot.begin();
    await helper.run(unlinkScript);
    await untilRedisRests(redis);
    let [savedAt, heldMs] = ["", 0];
    await whileHeld({ redis, services }, async () => {
      const began = performance.now();
      savedAt = new Date().toISOString();
      await helper.run(linkScript);
      await add("redis", "redis", "appendonlydir");
      await add("accounts", "accounts");
      await add("search", "search");
      heldMs = performance.now() - began;
    });
    if (heldMs > longestHoldMs) {
      throw new Failure(
        `Copying the data of Redis took ${Math.round(heldMs / 1000)} s, and Redis waits only ` +
          `${longestHoldMs / 1000} s, so the copy may have changed meanwhile.`,
        "Run the command again when the machine is less busy.",
      );
    }
    await add("results", "results/.snapshot");
    await add("uploads", "uploads/.snapshot");
    return { bytes: await snapshot.complete({ savedAt, version, orders: orders ?? null }), heldMs };
  } catch (error) {
    await snapshot.discard();
    throw isFull(error) ? noRoom(folder, error) : error;
  } finally {
    await helper.run(unlinkScript);
  }
}

async function refuseUnwell(containers: StackContainers, names: readonly string[]): Promise<void> {
  const unwell = await containers.unwell(names);
  if (unwell.length === 0) return;
  throw new Failure(
    `A snapshot is saved of a stack that runs, but ${unwell.join(", ")}.`,
    "`npm run status` tells more. Start the stack first: npm start",
  );
}

/** Waits until Redis does not rewrite its file. Without writes it does not begin to. */
async function untilRedisRests(container: string): Promise<void> {
  for (;;) {
    const info = await redisCommand(container, "info", "persistence");
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) return;
    await pause(200);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}

function noRoom(folder: string, cause: unknown): Failure {
  return new Failure(
    `There is no room on the disk for the snapshot ${folder}. What was written of it is removed again.`,
    "Make room, for example by removing old snapshots: `npm run snapshot -- list` shows their sizes.",
    { cause },
  );
}
