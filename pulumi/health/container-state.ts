import { z } from "zod";
import { hideSecrets, secretsOf } from "./secrets.ts";

const healthSchema = z.object({
  Status: z.string(),
  Log: z.array(z.object({ Output: z.string() })).nullish(),
});
const inspectSchema = z.array(
  z.object({
    Name: z.string(),
    RestartCount: z.number(),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      OOMKilled: z.boolean(),
      StartedAt: z.string(),
      Health: healthSchema.nullish(),
    }),
    Config: z.object({ Labels: z.record(z.string(), z.string()), Env: z.array(z.string()).nullish() }),
  }),
);

export type ContainerState = {
  name: string;
  /** redis, auth-api, order-api, ocr-worker-1, router. */
  source: string;
  stack: string;
  /** healthy, unhealthy, starting, running (without a health check), exited, restarting, paused, created. */
  state: string;
  restarts: number;
  /** Of a container that does not run. */
  exitCode: number | undefined;
  /** It ended because it needed more memory than its limit. */
  outOfMemory: boolean;
  startedAt: string;
  /** What the last health check printed, without secrets. */
  probe: string;
};

export type InspectedContainer = {
  state: ContainerState;
  /** Texts of its environment that nobody may see. */
  secrets: readonly string[];
};

/** Reads the output of `docker inspect`: the containers, in its order. */
export function readContainers(inspected: string): InspectedContainer[] {
  return inspectSchema.parse(JSON.parse(inspected)).map(({ Name, RestartCount, State, Config }) => {
    const name = Name.replace(/^\//, "");
    const isRunning = State.Status === "running";
    const secrets = secretsOf(Config.Env ?? []);
    return {
      state: {
        name,
        source: sourceOf(Config.Labels["orbital-witness.part"] ?? "", name),
        stack: Config.Labels["orbital-witness.stack"] ?? "",
        state: isRunning ? (State.Health?.Status ?? "running") : State.Status,
        restarts: RestartCount,
        exitCode: isRunning ? undefined : State.ExitCode,
        outOfMemory: State.OOMKilled,
        startedAt: State.StartedAt,
        probe: hideSecrets(State.Health?.Log?.at(-1)?.Output.trim() ?? "", secrets),
      },
      secrets,
    };
  });
}

/** "ocr-worker-2" for the second worker: its name has the number after the part. */
export function sourceOf(part: string, name: string): string {
  const number = new RegExp(`${part}-(\\d{1,2})(?:-|$)`).exec(name)?.[1];
  return number === undefined ? part : `${part}-${number}`;
}

export function isWell({ state }: Pick<ContainerState, "state">): boolean {
  return state === "healthy" || state === "running";
}
