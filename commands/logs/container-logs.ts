import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";
import { type LogLine, parseLine } from "./log-line.ts";

/** A container of the stack. `source`: its part, and for one of several its number. */
export type LogSource = { id: string; source: string };

const partLabel = "orbital-witness.part";

/** All containers of the stack, stopped ones too. `labels`: those of the stack. */
export async function logSources(labels: readonly string[]): Promise<LogSource[]> {
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const format = `{{.ID}}\t{{.Label "${partLabel}"}}\t{{.Names}}`;
  const { stdout } = await execa("docker", ["ps", "--all", "--no-trunc", "--format", format, ...filters]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", part = "", name = ""] = line.split("\t");
      return { id, source: sourceOf(part, name) };
    });
}

/** "ocr-worker-2" for the second worker: its name has the number after the part. */
export function sourceOf(part: string, name: string): string {
  const number = new RegExp(`${part}-(\\d{1,2})(?:-|$)`).exec(name)?.[1];
  return number === undefined ? part : `${part}-${number}`;
}

/** The lines of a container's log since a time: RFC 3339, or a duration such as "10m". */
export async function* readLogs({ id, source }: LogSource, since: string): AsyncGenerator<LogLine> {
  yield* linesOf(source, ["logs", "--timestamps", "--since", since, id]);
}

/** The same, and then each line as it comes, until the container stops or `signal` aborts. */
export async function* followLogs(
  { id, source }: LogSource,
  since: string,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  yield* linesOf(source, ["logs", "--timestamps", "--follow", "--since", since, id], signal);
}

const startSchema = z.object({
  id: z.string(),
  time: z.number(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

/** The containers of the stack that start from now on. `startedAt`: Unix time in seconds. */
export async function* startedSources(
  labels: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<LogSource & { startedAt: string }> {
  const filters = ["type=container", "event=start", ...labels.map((label) => `label=${label}`)];
  const args = ["events", "--format", "{{json .}}", ...filters.flatMap((filter) => ["--filter", filter])];
  for await (const line of outputOf(args, signal)) {
    const { id, time, Actor } = startSchema.parse(JSON.parse(line));
    const { name = "", [partLabel]: part = "" } = Actor.Attributes;
    yield { id, source: sourceOf(part, name), startedAt: String(time) };
  }
}

async function* linesOf(
  source: string,
  args: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  for await (const line of outputOf(args, signal)) yield parseLine(source, line);
}

/** The lines that Docker prints. A container that is removed meanwhile only ends them. */
async function* outputOf(args: readonly string[], signal?: AbortSignal): AsyncGenerator<string> {
  const docker = execa("docker", args, {
    ...{ all: true, reject: false, buffer: false, stdin: "ignore" },
    ...(signal && { cancelSignal: signal }),
  });
  const output = docker.all;
  if (output) yield* createInterface({ input: output });
  await docker;
}
