import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** `onTestFinished` of a test's context. Concurrent tests must use it. */
export type OnTestFinished = (cleanUp: () => void | Promise<void>) => void;

/** Starts a service with only these variables; `lines()` returns its log so far. Killed after the test. */
export function startService(
  main: URL,
  env: Record<string, string>,
  onFinished: OnTestFinished = onTestFinished,
) {
  const child = spawn(process.execPath, [fileURLToPath(main)], { env, stdio: ["ignore", "pipe", "pipe"] });
  onFinished(() => void child.kill("SIGKILL"));
  const output: string[] = [];
  child.stdout.on("data", (data) => output.push(String(data)));
  child.stderr.on("data", (data) => output.push(String(data)));
  const lines = () =>
    output
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { child, lines, exited: once(child, "exit") };
}
