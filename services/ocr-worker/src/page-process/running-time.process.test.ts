import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";

const [limitMs, stopMs] = [4000, 5000];

/** Starts work of `workMs` with a limit of 4 s, in a process of its own that prints how it ended. */
function start(workMs: number) {
  const source = `
    import { withinRunningTime } from ${JSON.stringify(import.meta.resolve("./running-time.ts"))};
    console.log("started");
    const work = new Promise((resolve) => setTimeout(resolve, ${workMs}, "done"));
    console.log(await withinRunningTime(${limitMs}, work).catch((error) => error.name));
    process.exit();
  `;
  return execa(process.execPath, ["--input-type=module", "--eval", source], { lines: true });
}

test.concurrent("time in which the process is stopped does not count", async ({ onTestFinished }) => {
  const running = start(stopMs + 500);
  onTestFinished(() => void running.kill("SIGKILL"));
  await once(running.stdout, "data");
  running.kill("SIGSTOP");
  await pause(stopMs);
  running.kill("SIGCONT");
  expect((await running).stdout).toEqual(["started", "done"]);
});

test.concurrent("work that takes longer than the limit is given up", async () => {
  expect((await start(60_000)).stdout).toEqual(["started", "TimeLimitError"]);
});
