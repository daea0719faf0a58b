import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";
import { sourceOf } from "../../pulumi/health/container-state.ts";
import { type LogLine, parseLine } from "../../pulumi/health/log-line.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

/** A container of the stack. `source`: its part, and for one of several its number. */
export type LogSource = { id: string; source: string };

const partLabel = "orbital-witness.part";

/** All containers of the stack, stopped ones too. @throws Failure if there are none */
export async function logSources(containers: StackContainers): Promise<LogSource[]> {
  const found = await containers.described(`{{.ID}}\t{{.Label "${partLabel}"}}\t{{.Names}}`);
  return found.map((line) => {
    const [id = "", part = "", name = ""] = line.split("\t");
    return { id, source: sourceOf(part, name) };
  });
}

/**
 * The lines of a container's log since a time: RFC 3339, or a duration such as "10m". With `follows`, also
 * each line as it comes, until the container stops.
 */
export async function* readLogs(
  { id, source }: LogSource,
  since: string,
  follows: boolean,
): AsyncGenerator<LogLine> {
  const args = ["logs", "--timestamps", ...(follows ? ["--follow"] : []), "--since", since, id];
  for await (const line of outputOf(args)) yield parseLine(source, line);
}

/** The lines of a container's log as they come, without their times. Ends when the container stops. */
export function followLog(container: string, since: Date): AsyncGenerator<string> {
  return outputOf(["logs", "--follow", "--since", since.toISOString(), container]);
}

const startSchema = z.object({
  id: z.string(),
  time: z.number(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

/** The containers of the stack that start from now on. `startedAt`: Unix time in seconds. */
export async function* startedSources(
  labels: readonly string[],
): AsyncGenerator<LogSource & { startedAt: string }> {
  const filters = ["type=container", "event=start", ...labels.map((label) => `label=${label}`)];
  const args = ["events", "--format", "{{json .}}", ...filters.flatMap((filter) => ["--filter", filter])];
  for await (const line of outputOf(args)) {
    const { id, time, Actor } = startSchema.parse(JSON.parse(line));
    const { name = "", [partLabel]: part = "" } = Actor.Attributes;
    yield { id, source: sourceOf(part, name), startedAt: String(time) };
  }
}

/** The lines that Docker prints. A container that is removed meanwhile only ends them. */
async function* outputOf(args: readonly string[]): AsyncGenerator<string> {
  const docker = execa("docker", args, {
    ...{ all: true, reject: false, buffer: false, stdin: "ignore" },
  });
  const output = docker.all;
  if (output) yield* createInterface({ input: output });
  await docker;
}
