import { createReadStream } from "node:fs";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import type { StackContainers } from "../stack/engine/containers.ts";
import { explainFaults } from "../status/stack-containers.ts";
import { fileOf, type Snapshot, sizeOf } from "./snapshot-files.ts";
import { sizeText } from "./snapshot-table.ts";
import { type StackStores, stackStores, stores } from "./stores.ts";
import { VolumeHelper } from "./volume-helper.ts";

const stopSeconds = 10;
/** Each worker loads its language data first, and up to 64 of them share the cores. */
const workersStartSeconds = 300;
const startSeconds = 90;

/** What belongs to the stack and is no data: the users of Redis, and what a file system has at its root. */
const kept = "! -name .restore ! -name .replaced ! -name lost+found ! -name 'users.acl*'";
const each = `for store in ${stores.join(" ")}; do cd /store/$store;`;

/** The new data comes in beside the old. */
const prepareScript = `${each} rm -rf .restore; mkdir .restore; done`;
/** Until `.complete` is there, all that is not in `.replaced` is old. From then on, it is new. */
const replaceScript = `${each}
  mkdir -p .replaced
  find . -mindepth 1 -maxdepth 1 ${kept} -exec mv -t .replaced {} +
  touch .replaced/.complete
  find .restore -mindepth 1 -maxdepth 1 -exec mv -t . {} +
  rm -rf .restore
done`;
const putBackScript = `${each}
  if [ -e .replaced/.complete ]; then
    find . -mindepth 1 -maxdepth 1 ${kept} -exec rm -rf {} +
    rm .replaced/.complete
  fi
  if [ -e .replaced ]; then
    find .replaced -mindepth 1 -maxdepth 1 -exec mv -t . {} +
    rmdir .replaced
  fi
  rm -rf .restore
done`;
const finishScript = `${each} rm -rf .replaced; done`;
const isHalfDoneScript = `${each} if [ -e .replaced ]; then echo yes; fi; done`;
const freeBytesScript = "df --output=avail --block-size=1 results | tail -1";

/**
 * Replaces all data of a stack by a snapshot, or by nothing. The services are stopped only while the data is
 * exchanged. If the stack does not start with the new data, it gets its old data back. A run that is killed
 * is undone by the next one.
 */
export async function replaceData(containers: StackContainers, snapshot?: Snapshot): Promise<void> {
  const found = await stackStores(containers);
  await using helper = await VolumeHelper.start(found);
  if ((await helper.run(isHalfDoneScript)) !== "") {
    say("An earlier run was killed: putting the old data back first");
    await stop(found);
    await helper.run(putBackScript);
  }
  await helper.run(prepareScript);
  if (snapshot !== undefined) await copyIn(helper, snapshot);
  say("Stopping the services");
  await stop(found);
  try {
    await helper.run(replaceScript);
    say("Starting the services");
    await start(containers, found);
  } catch (error) {
    say("Putting the old data back");
    const faults = await explainFaults(containers);
    await stop(found);
    await helper.run(putBackScript);
    await start(containers, found);
    throw new Failure(
      "The stack does not start with the new data, and runs with its old data again. " +
        `${error instanceof Error ? error.message : error}\n\n${faults.join("\n\n")}`,
      "A snapshot of a later version, or of a later Redis, needs that version: `git pull`, `npm start`.",
      { cause: error },
    );
  }
  await helper.run(finishScript);
}

async function copyIn(helper: VolumeHelper, { folder, description }: Snapshot): Promise<void> {
  const bytes = sizeOf(description);
  const free = Number(await helper.run(freeBytesScript));
  if (bytes > free) {
    throw new Failure(
      `The snapshot has ${sizeText(bytes)}, but the engine's disk has only ${sizeText(free)} left. ` +
        "Nothing was changed.",
      "Make room on it: `docker system df` tells what uses it.",
    );
  }
  say(`Copying ${sizeText(bytes)} into the volumes`);
  for (const store of stores) {
    const script = 'tar --extract --numeric-owner --same-owner --preserve-permissions --directory="$1"';
    await helper.write(script, createReadStream(fileOf(folder, store)), `${store}/.restore`);
  }
}

/** Stops the services first, because they need Redis. Stopped containers do not start by themselves. */
async function stop({ redis, redisAccess, apis, workers }: StackStores): Promise<void> {
  for (const names of [
    [...apis, ...workers],
    [...redisAccess, redis],
  ]) {
    await execa("docker", ["stop", "--time", String(stopSeconds), ...names]);
  }
}

async function start(
  containers: StackContainers,
  { redis, redisAccess, apis, workers }: StackStores,
): Promise<void> {
  for (const name of [redis, ...redisAccess]) {
    await execa("docker", ["start", name]);
    await refuseUnwell(containers, [name], startSeconds);
  }
  await execa("docker", ["start", ...apis, ...workers]);
  await refuseUnwell(containers, apis, startSeconds);
  await refuseUnwell(containers, workers, workersStartSeconds);
}

async function refuseUnwell(
  containers: StackContainers,
  names: readonly string[],
  waitSeconds: number,
): Promise<void> {
  const unwell = await containers.unwell(names, waitSeconds);
  if (unwell.length > 0) throw new Error(`${unwell.join(", ")}.`);
}
