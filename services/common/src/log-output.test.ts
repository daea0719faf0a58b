import { execa } from "execa";
import { expect, test } from "vitest";

/** Runs a script with a log, in a process of its own. @returns the messages that it wrote */
async function messagesOf(script: string): Promise<string[]> {
  const source = `
    import fs from "node:fs";
    import { createLog } from ${JSON.stringify(import.meta.resolve("./log.ts"))};
    const log = createLog("test", "info");
    ${script}
  `;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", source], {
    reject: false,
  });
  return stdout.split("\n").map((line) => (line.startsWith("{") ? JSON.parse(line).msg : line));
}

test("the lines of one turn of the event loop are written together", async () => {
  const script = `
    const { writeSync, fsyncSync } = fs;
    let [writes, waits] = [0, 0];
    fs.writeSync = (...given) => { writes += 1; return writeSync(...given); };
    fs.fsyncSync = (...given) => { waits += 1; return fsyncSync(...given); };
    log.info("a");
    await Promise.resolve();
    log.child({ part: 1 }).info("b");
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.info("c");
    setTimeout(() => writeSync(1, writes + " writes, " + waits + " waits for the disk"), 20);
  `;
  expect(await messagesOf(script)).toEqual(["a", "b", "c", "2 writes, 0 waits for the disk"]);
});

test("a process that exits writes all its lines, in order", async () => {
  expect(await messagesOf('log.info("a"); log.info("b"); process.exit(3);')).toEqual(["a", "b"]);
});

test("a warning is written at once, after the lines before it", async () => {
  const killed = 'log.info("a"); log.warn("b"); process.kill(process.pid, "SIGKILL");';
  expect(await messagesOf(killed)).toEqual(["a", "b"]);
});
