import { execa } from "execa";
import { z } from "zod";
import { sourceOf } from "../logs/container-logs.ts";
import { type LogLine, parseLine } from "../logs/log-line.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

const healthSchema = z.object({
  Status: z.string(),
  Log: z.array(z.object({ Output: z.string() })).nullable(),
});
const inspectSchema = z.array(
  z.object({
    Name: z.string(),
    RestartCount: z.number(),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      StartedAt: z.string(),
      Health: healthSchema.optional(),
    }),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
  }),
);

export type ContainerState = {
  name: string;
  /** redis, auth-api, order-api, ocr-worker-1, router. */
  source: string;
  /** healthy, unhealthy, starting, running (without a health check), exited, restarting, paused, created. */
  state: string;
  restarts: number;
  /** Of a container that does not run. */
  exitCode: number | undefined;
  startedAt: string;
  /** The last line that the last health check printed. */
  probe: string;
};

/** The containers of a stack, by name. @throws Failure if there are none */
export async function containerStates(containers: StackContainers): Promise<ContainerState[]> {
  const ids = await containers.described("{{.ID}}");
  // A container may be removed between the two calls. The others are still described.
  const { stdout } = await execa("docker", ["inspect", ...ids], { reject: false });
  return inspectSchema
    .parse(JSON.parse(stdout))
    .map(({ Name, RestartCount, State, Config }) => {
      const name = Name.replace(/^\//, "");
      const isRunning = State.Status === "running";
      return {
        name,
        source: sourceOf(Config.Labels["orbital-witness.part"] ?? "", name),
        state: isRunning ? (State.Health?.Status ?? "running") : State.Status,
        restarts: RestartCount,
        exitCode: isRunning ? undefined : State.ExitCode,
        startedAt: State.StartedAt,
        probe: State.Health?.Log?.at(-1)?.Output.trim().split("\n").at(-1) ?? "",
      };
    })
    .sort((one, other) => (one.source < other.source ? -1 : 1));
}

export function isWell({ state }: ContainerState): boolean {
  return state === "healthy" || state === "running";
}

/** The end of a container's log, without requests that only read something. */
export async function lastLines({ name, source }: ContainerState, count: number): Promise<LogLine[]> {
  const tail = ["logs", "--timestamps", "--tail", String(count * 10), name];
  const { all } = await execa("docker", tail, { all: true, reject: false });
  const lines = all.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => parseLine(source, line))
    .filter(({ isRead }) => !isRead)
    .slice(-count);
}
