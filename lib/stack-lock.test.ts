import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { StackLock } from "./stack-lock.ts";

const module = path.join(import.meta.dirname, "stack-lock.ts");

/** A process that holds the lock until it is killed. */
async function holder(folder: string) {
  const program = `
    const { StackLock } = await import(${JSON.stringify(module)});
    globalThis.lock = StackLock.take(${JSON.stringify(folder)}, "local", "npm start");
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  await once(child.stdout, "data");
  return child;
}

test("a second command gets an error that names the holder, until the holder releases the lock", () => {
  const folder = scratchFolder();
  const lock = StackLock.take(folder, "local", "npm start");
  const again = () => StackLock.take(folder, "local", "npm stop");
  expect(again).toThrow(Failure);
  expect(again).toThrow(
    new RegExp(
      `^\`npm start\` is changing this stack: process ${process.pid}, ` +
        "since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.$",
    ),
  );
  lock.release();
  again().release();
});

test("each stack has its own lock", () => {
  const folder = scratchFolder();
  using _ = StackLock.take(folder, "local", "npm start");
  StackLock.take(folder, "test", "npm start").release();
});

test("a lock of another process is respected, and ends with that process", async () => {
  const folder = scratchFolder();
  const child = await holder(folder);
  expect(() => StackLock.take(folder, "local", "npm stop")).toThrow(`process ${child.pid},`);
  child.kill("SIGKILL");
  await once(child, "exit");
  StackLock.take(folder, "local", "npm stop").release();
});
