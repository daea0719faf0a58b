import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";

const healthyMs = 60_000;

/**
 * Runs `work` while containers are paused, as after a crash of the machine: nothing is written, and nothing
 * is half done that the services do not know how to continue. Requests wait meanwhile. The containers go on
 * even if this process is killed.
 */
export async function whileHeld<T>(containers: readonly string[], work: () => Promise<T>): Promise<T> {
  // It waits for the end of its input, in a process group of its own, so that Ctrl+C does not end it.
  const release = spawn("sh", ["-c", 'cat >/dev/null; docker unpause "$@" >/dev/null', "sh", ...containers], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const released = once(release, "exit");
  try {
    await execa("docker", ["pause", ...containers]);
    return await work();
  } finally {
    release.stdin.end();
    await released;
    await refusePaused(containers);
    await healthy(containers);
  }
}

/** The engine calls paused containers unhealthy until their next health check, which this makes come soon. */
async function healthy(containers: readonly string[]): Promise<void> {
  for (const name of containers) await execa("docker", ["exec", name, "rm", "-f", "/tmp/ready"]);
  const format = "{{.Name}} {{.State.Health.Status}}";
  let unwell: string[] = [];
  for (const giveUpAt = Date.now() + healthyMs; Date.now() < giveUpAt; await pause(200)) {
    const { stdout } = await execa("docker", ["inspect", "--format", format, ...containers]);
    unwell = stdout.split("\n").filter((line) => !line.endsWith(" healthy"));
    if (unwell.length === 0) return;
  }
  throw new Failure(
    `These containers are not healthy ${healthyMs / 1000} s after they were paused: ${unwell.join(", ")}`,
    "`npm run status` tells more.",
  );
}

async function refusePaused(containers: readonly string[]): Promise<void> {
  const format = "{{if .State.Paused}}{{.Name}}{{end}}";
  const { stdout } = await execa("docker", ["inspect", "--format", format, ...containers]);
  const paused = stdout.split("\n").filter((name) => name !== "");
  if (paused.length === 0) return;
  throw new Failure(
    `These containers are still paused: ${paused.join(", ")}`,
    "Run `docker unpause` for them.",
  );
}
