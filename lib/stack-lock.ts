import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { Failure } from "./failure.ts";
import { FileLock } from "./file-lock.ts";

const holderSchema = z.object({ pid: z.number(), command: z.string(), since: z.string() });

/** Lets one command at a time change a stack. */
export class StackLock implements Disposable {
  readonly #lock: FileLock;

  private constructor(lock: FileLock) {
    this.#lock = lock;
  }

  /**
   * @param name the name of the lock: this project's commands and the stand-in each have one per stack
   * @param command the command that takes the lock, for the error message of others
   * @throws Failure that names the command, process and time of the current holder
   */
  static take(projectFolder: string, name: string, command: string): StackLock {
    const folder = path.join(projectFolder, ".pulumi");
    const holder = path.join(folder, `${name}.holder.json`);
    const lock = FileLock.tryTake(path.join(folder, `${name}.lock`));
    if (lock === undefined) throw atWork(holder);
    writeFileSync(holder, JSON.stringify({ pid: process.pid, command, since: new Date().toISOString() }));
    return new StackLock(lock);
  }

  /** Who holds a lock, as `take` would say it; undefined if it is free. Changes nothing. */
  static holder(projectFolder: string, name: string): Failure | undefined {
    const folder = path.join(projectFolder, ".pulumi");
    return FileLock.isTaken(path.join(folder, `${name}.lock`))
      ? atWork(path.join(folder, `${name}.holder.json`))
      : undefined;
  }

  release(): void {
    this.#lock.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function atWork(holderFile: string): Failure {
  const holder = readHolder(holderFile);
  if (holder === undefined) {
    // The holder has the lock but has not written its details yet.
    return new Failure("Another command is changing this stack.", "Run this one again when it has ended.");
  }
  const { pid, command, since } = holder;
  return new Failure(
    `\`${command}\` is changing this stack: process ${pid}, since ${new Date(since).toLocaleString("sv")}.`,
    `Run this command again when the other one has ended, or end it first: \`kill ${pid}\`.`,
  );
}

function readHolder(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
