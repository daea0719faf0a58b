import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";

const healthyMs = 60_000;

/** Redis itself ends its pause after so many ms. */
export const longestHoldMs = 60_000;

/** `redis` and `services` are names of containers. */
type Held = { redis: string; services: readonly string[] };

/**
 * Runs `work` while nobody writes, as after a crash of the machine: nothing is half done that the services do
 * not know how to continue. Requests wait meanwhile. Redis answers commands that do not write, and removes no
 * key whose time is over. All go on even if this process is killed.
 */
export async function whileHeld<T>({ redis, services }: Held, work: () => Promise<T>): Promise<T> {
  // It waits for the end of its input, in a process group of its own, so that Ctrl+C does not end it.
  const release = spawn("sh", ["-c", releaseScript, "sh", redis, ...services], {
    ...{ detached: true, stdio: ["pipe", "ignore", "ignore"] },
  });
  const released = once(release, "exit");
  try {
    await execa("docker", ["pause", ...services]);
    await redisCommand(redis, "client", "pause", String(longestHoldMs), "write");
    return await work();
  } finally {
    release.stdin.end();
    await released;
    await refusePaused(services);
    await healthy(services);
  }
}

const releaseScript = `cat >/dev/null
redis=$1
shift
docker exec "$redis" redis-cli --user admin client unpause
docker unpause "$@"`;

/** redis-cli takes the password from the container's environment. */
export async function redisCommand(container: string, ...words: string[]): Promise<string> {
  return (await execa("docker", ["exec", container, "redis-cli", "--user", "admin", "-e", ...words])).stdout;
}

/** The engine calls paused containers unhealthy until their next health check, which this makes come soon. */
async function healthy(services: readonly string[]): Promise<void> {
  for (const name of services) await execa("docker", ["exec", name, "rm", "-f", "/tmp/ready"]);
  const format = "{{.Name}} {{.State.Health.Status}}";
  let unwell: string[] = [];
  for (const giveUpAt = Date.now() + healthyMs; Date.now() < giveUpAt; await pause(200)) {
    const { stdout } = await execa("docker", ["inspect", "--format", format, ...services]);
    unwell = stdout.split("\n").filter((line) => !line.endsWith(" healthy"));
    if (unwell.length === 0) return;
  }
  throw new Failure(
    `These containers are not healthy ${healthyMs / 1000} s after they were paused: ${unwell.join(", ")}`,
    "`npm run status` tells more.",
  );
}

async function refusePaused(services: readonly string[]): Promise<void> {
  const format = "{{if .State.Paused}}{{.Name}}{{end}}";
  const { stdout } = await execa("docker", ["inspect", "--format", format, ...services]);
  const paused = stdout.split("\n").filter((name) => name !== "");
  if (paused.length === 0) return;
  throw new Failure(
    `These containers are still paused: ${paused.join(", ")}`,
    "Run `docker unpause` for them.",
  );
}
