import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { json } from "node:stream/consumers";
import { execa } from "execa";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";

const statsSchema = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.int().positive() }) }),
});

/** Linux counts the time of processes in hundredths of a second, whatever its own clock is. */
const tickUs = 10_000;

/**
 * Reads the processor time that containers have used, from the engine. It counts by the container's cgroup,
 * version 1 or 2. `docker exec cat` would add its own time to the cgroup.
 */
export class ContainerClock {
  readonly #socketPath: string;

  private constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  static async open(): Promise<ContainerClock> {
    const format = "{{.Endpoints.docker.Host}}";
    const { stdout: host } = await execa("docker", ["context", "inspect", "--format", format]);
    const [, socketPath] = /^unix:\/\/(.+)$/.exec(host) ?? [];
    if (socketPath !== undefined) return new ContainerClock(socketPath);
    throw new Failure(
      `The processor time of containers is read from the engine's socket, but the engine is at ${host}.`,
      "Run the benchmark on the engine's machine: `unset DOCKER_HOST`, or `docker context use default`.",
    );
  }

  /** Microseconds since the container's start. */
  async usedUs(containerId: string): Promise<number> {
    const path = `/containers/${containerId}/stats?stream=false&one-shot=true`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    request({ socketPath: this.#socketPath, path }, (response) => json(response).then(resolve, reject))
      .once("error", reject)
      .end();
    return statsSchema.parse(await promise).cpu_stats.cpu_usage.total_usage / 1000;
  }
}

/** The processor time in microseconds that a process of this machine and its children have used. */
export async function processTreeUs(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const pids = [pid, ...children.split(" ").filter(Boolean).map(Number)];
  const times = await Promise.all(
    pids.map(async (each) => processorTicks(await readFile(`/proc/${each}/stat`, "utf8"))),
  );
  return times.reduce((sum, ticks) => sum + ticks, 0) * tickUs;
}

/** The user and system time of a line of `/proc/<pid>/stat` (proc(5)), in ticks. */
export function processorTicks(stat: string): number {
  // The name of the program may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
