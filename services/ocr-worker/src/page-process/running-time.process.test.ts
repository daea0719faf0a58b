import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";

const [limitMs, stopMs] = [4000, 5000];

/**
 * Starts work of `workMs` with a limit of 4 s, in a process of its own that prints how it ended. With `stops`
 * the process soon stops itself, so that a busy machine does not delay this.
 */
function start(workMs: number, stops = false) {
  const source = `
    import { withinRunningTime } from ${JSON.stringify(import.meta.resolve("./running-time.ts"))};
    console.log("started");
    if (${stops}) setTimeout(() => process.kill(process.pid, "SIGSTOP"), 300);
    const work = new Promise((resolve) => setTimeout(resolve, ${workMs}, "done"));
    console.log(await withinRunningTime(${limitMs}, work).catch((error) => error.name));
    process.exit();
  `;
  return execa(process.execPath, ["--input-type=module", "--eval", source], { lines: true });
}

test.concurrent("time in which the process is stopped does not count", async ({ onTestFinished }) => {
  const running = start(stopMs + 500, true);
  onTestFinished(() => void running.kill("SIGKILL"));
  await once(running.stdout, "data");
  await pause(stopMs);
  // Repeated, in case that the process has not stopped itself yet.
  const going = setInterval(() => running.kill("SIGCONT"), 500);
  onTestFinished(() => clearInterval(going));
  expect((await running).stdout).toEqual(["started", "done"]);
});

test.concurrent("work that takes longer than the limit is given up", async () => {
  expect((await start(60_000)).stdout).toEqual(["started", "TimeLimitError"]);
});
