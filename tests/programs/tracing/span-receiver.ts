import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { programOnPath } from "../../../commands/lib/program-on-path.ts";
import { freePort } from "../../free-port.ts";
import { type ReceivedSpan, spansOf } from "./received-span.ts";

const run = promisify(execFile);
const source = path.join(import.meta.dirname, "receiver");
const program = path.join(import.meta.dirname, "../../../.cache/span-receiver/span-receiver");

/** Why the receiver cannot be built here. Undefined if it can. */
export const missing = programOnPath("go") === undefined ? "Go is not installed" : undefined;

/** Without this, a build takes 64 s of processor time instead of 48 s. */
const unoptimised = ["-gcflags=all=-N -l", "-ldflags=-s -w"];

/** Builds the receiver. This takes a second once Go has its parts. */
export async function buildReceiver(): Promise<void> {
  await mkdir(path.dirname(program), { recursive: true });
  await run("go", ["build", ...unoptimised, "-o", program, "."], { cwd: source });
}

/**
 * The receiver of the OpenTelemetry collector, on a port of 127.0.0.1, for one test. `spans`: what it got.
 */
export async function startReceiver() {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const spans: ReceivedSpan[] = [];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn(program, [`127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "ignore"] });
    child = started;
    createInterface(started.stdout).on("line", (line) => spans.push(...spansOf(line)));
    const answers = () => fetch(endpoint).then(() => true);
    await expect.poll(() => answers().catch(() => false), { timeout: 15_000 }).toBe(true);
  }

  async function stop(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    await exited;
  }

  onTestFinished(stop);
  await start();
  return { endpoint, spans, start, stop };
}
