import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { StackLock } from "../../../lib/stack-lock.ts";
import { say } from "../../../lib/terminal.ts";
import { cloneId } from "../../../pulumi/clone-id.ts";

const PREFIX = "orbital-witness-run-";
/** The label of containers that belong to no stack; `tests/run-label.ts` adds it. */
const RUN_LABEL = "orbital-witness.run";
const LOCK = "run";
/** How long a run may take from making its folder to locking it. */
const LOCKED_WITHIN_MS = 60_000;

/**
 * One run of the tests. All that the tests create is in its folder or has its label, so that all of it can be
 * removed when the run is interrupted, and by the next run when this one was killed.
 */
export class TestRun implements AsyncDisposable {
  readonly folder: string;
  readonly #lock: StackLock;

  private constructor(folder: string, lock: StackLock) {
    this.folder = folder;
    this.#lock = lock;
  }

  static async begin(): Promise<TestRun> {
    const folder = await mkdtemp(path.join(tmpdir(), PREFIX));
    return new TestRun(folder, StackLock.take(folder, LOCK, "npm test"));
  }

  /** The environment in which the tests run. */
  get environment(): Record<string, string> {
    return { TMPDIR: this.folder, TEST_RUN: path.basename(this.folder) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock.release();
    await removeRun(this.folder);
  }

  /** Removes what killed runs left behind. A run that is in progress holds the lock of its folder. */
  static async removeDead(): Promise<void> {
    for (const name of await readdir(tmpdir())) {
      const folder = path.join(tmpdir(), name);
      if (name.startsWith(PREFIX) && (await isDead(folder))) {
        say(`Removing what a killed run of the tests left in ${folder} and on the Docker engine`);
        await removeRun(folder);
      }
    }
  }
}

async function isDead(folder: string): Promise<boolean> {
  if (!existsSync(path.join(folder, ".pulumi", `${LOCK}.lock`))) {
    return Date.now() - (await stat(folder)).mtimeMs > LOCKED_WITHIN_MS;
  }
  try {
    StackLock.take(folder, LOCK, "npm test").release();
    return true;
  } catch {
    // The run is in progress, or it belongs to another user.
    return false;
  }
}

async function removeRun(folder: string): Promise<void> {
  await removeLabelled(`${RUN_LABEL}=${path.basename(folder)}`);
  for (const name of await readdir(folder)) {
    const clone = path.join(folder, name);
    if (existsSync(path.join(clone, ".pulumi", "clone.json"))) {
      const id = cloneId(clone);
      await removeLabelled(`orbital-witness.clone=${id}`);
      await remove(["image", "ls", "--filter", `reference=*/*:*-${id}`], "{{.Repository}}:{{.Tag}}", [
        "image",
        "rm",
      ]);
    }
  }
  await rm(folder, { recursive: true, force: true });
}

/** Containers first, because they use the others. */
async function removeLabelled(label: string): Promise<void> {
  const filter = ["--filter", `label=${label}`];
  await remove(["ps", "--all", ...filter], "{{.ID}}", ["rm", "--force", "--volumes"]);
  await remove(["network", "ls", ...filter], "{{.ID}}", ["network", "rm"]);
  await remove(["volume", "ls", ...filter], "{{.Name}}", ["volume", "rm"]);
}

async function remove(list: readonly string[], format: string, command: readonly string[]): Promise<void> {
  const { stdout } = await execa("docker", [...list, "--format", format]);
  const found = stdout.split("\n").filter((line) => line !== "");
  if (found.length > 0) {
    await execa("docker", [...command, ...found]);
  }
}
