import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../lib/failure.ts";
import { docker, dockerLines, logTail } from "./docker-cli.ts";

export type Health = "healthy" | "starting" | "unhealthy" | "stopped";

/** Time between two checks for progress. Each check starts two more processes. */
const PROGRESS_LOOK_MS = 5_000;
/** After this many quiet limits the wait fails, even if the container still writes to its log. */
const MOST_LIMITS = 10;
/** After this many restarts by the restart policy the wait fails. */
const MOST_RESTARTS = 3;

export async function healthOf(container: string): Promise<Health> {
  return (await stateOf(container)).health;
}

/**
 * Waits as long as the container makes progress: uses processor time or writes to its log. A busy machine
 * then only takes longer.
 * @param quietSeconds how long it may make no progress
 * @throws Failure with the end of its log when it stops, keeps exiting, is unhealthy or makes no progress
 */
export async function untilHealthy(name: string, quietSeconds: number): Promise<void> {
  const startedAt = Date.now();
  const { restarts: restartsBefore } = await stateOf(name);
  let progress = { sign: "", at: startedAt };
  let nextLook = startedAt + PROGRESS_LOOK_MS;
  for (;;) {
    const { health, status, restarts } = await stateOf(name);
    if (health === "healthy") {
      return;
    }
    if (restarts - restartsBefore >= MOST_RESTARTS) {
      throw await notHealthy(name, `is not healthy: it exited ${MOST_RESTARTS} times`);
    }
    // The restart policy starts an exited container again.
    if (status !== "restarting" && (health === "unhealthy" || health === "stopped")) {
      throw await notHealthy(name, `is ${health === "stopped" ? status : health}`);
    }
    if (Date.now() >= nextLook) {
      nextLook = Date.now() + PROGRESS_LOOK_MS;
      const sign = await progressOf(name);
      if (sign !== progress.sign) {
        progress = { sign, at: Date.now() };
      }
    }
    if (Date.now() > progress.at + quietSeconds * 1000) {
      throw await notHealthy(name, `is not healthy, and has made no progress for ${quietSeconds} s`);
    }
    if (Date.now() > startedAt + MOST_LIMITS * quietSeconds * 1000) {
      throw await notHealthy(name, `is not healthy after ${MOST_LIMITS * quietSeconds} s`);
    }
    await pause(200);
  }
}

async function stateOf(container: string): Promise<{ status: string; health: Health; restarts: number }> {
  const [status = "", health, restarts] = (await inspect(container, STATE)).split(" ");
  const known: Health = health === "healthy" || health === "starting" ? health : "unhealthy";
  return { status, health: status === "running" ? known : "stopped", restarts: Number(restarts) };
}

// A container that was created but never started has no health.
const STATE = "{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}none{{end}} {{.RestartCount}}";

/**
 * Changes when the container's processes used another second of processor time or wrote a line to its log.
 */
async function progressOf(name: string): Promise<string> {
  const [main, log, processes] = await Promise.all([
    inspect(name, "{{.State.Pid}}"),
    logTail(name, 1),
    // The container may have exited meanwhile.
    dockerLines(["top", name, "-eo", "pid,ppid,time,args"]).catch(() => []),
  ]);
  const rows = processes.map((line) => line.trim().split(/\s+/));
  // The main process and its children. Health checks are not among them.
  const own = rows.filter(([pid, parent]) => pid === main || parent === main);
  return JSON.stringify([log, own.map(([pid, , time]) => [pid, time])]);
}

async function notHealthy(name: string, what: string): Promise<Failure> {
  return new Failure(
    `The container ${name} ${what}. The end of its log:\n${await logTail(name)}`,
    `Read all of it with \`docker logs ${name}\`, fix the cause and run the command again: ` +
      "the container is then replaced.",
  );
}

async function inspect(container: string, format: string): Promise<string> {
  return docker(["inspect", "--format", format, container]);
}
