import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { docker } from "./docker-cli.ts";

/** The label with the part that a container is: `redis`, `auth-api`. */
export const PART_LABEL = "orbital-witness.part";

const text = z.string();

/** The properties of docker.Container that the program uses; any other is an error. */
export const containerInputs = z.strictObject({
  image: text,
  envs: z.array(text).default([]),
  networkMode: z.literal("bridge"),
  networksAdvanced: z.array(z.strictObject({ name: text, aliases: z.array(text) })).min(1),
  healthcheck: z.strictObject({
    tests: z.tuple([z.literal("CMD-SHELL"), text]),
    interval: text,
    timeout: text,
    retries: z.number(),
    startPeriod: text,
  }),
  labels: z.array(z.strictObject({ label: text, value: text })),
  capabilities: z.strictObject({ drops: z.array(text), adds: z.array(text).default([]) }),
  securityOpts: z.array(text),
  readOnly: z.boolean(),
  tmpfs: z.record(text, text),
  init: z.boolean(),
  memory: z.number(),
  memorySwap: z.number(),
  logDriver: text,
  logOpts: z.record(text, text),
  restart: text,
  stopTimeout: z.number(),
  destroyGraceSeconds: z.number(),
  user: text.optional(),
  entrypoints: z.array(text).default([]),
  command: z.array(text).default([]),
  volumes: z
    .array(
      z.strictObject({
        volumeName: text.optional(),
        hostPath: text.optional(),
        containerPath: text,
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
  ports: z.array(z.strictObject({ internal: z.number(), external: z.number(), ip: text })).default([]),
  uploads: z.array(z.strictObject({ file: text, content: text })).default([]),
});

export type ContainerInputs = z.infer<typeof containerInputs>;

/**
 * Redis is recognised by its part, because resource options such as `deleteBeforeReplace` do not reach the
 * mocks.
 */
export const isRedis = (part: string | undefined) => part === "redis";
const exclusiveParts = ["redis", "redis-access"];

/**
 * Whether the old container must be removed before its replacement starts: the two cannot hold the same port,
 * nor be two Redis on the same volume, nor give Redis different users.
 */
export function isExclusive({ ports, labels }: ContainerInputs): boolean {
  const part = labels.find(({ label }) => label === PART_LABEL)?.value ?? "";
  return ports.length > 0 || exclusiveParts.includes(part);
}

/** Creates a container, gives it its files and networks, and starts it. */
export async function startContainer(
  name: string,
  inputs: ContainerInputs,
  labels: readonly string[],
): Promise<void> {
  const env = Object.fromEntries(
    inputs.envs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  await docker(["create", "--name", name, ...labels, ...createArguments(inputs, Object.keys(env))], { env });
  for (const network of inputs.networksAdvanced.slice(1)) {
    const aliases = network.aliases.flatMap((alias) => ["--alias", alias]);
    await docker(["network", "connect", ...aliases, network.name, name]);
  }
  for (const upload of inputs.uploads) {
    await copyInto(name, upload.file, upload.content);
  }
  await docker(["start", name]);
}

function createArguments(inputs: ContainerInputs, envNames: readonly string[]): string[] {
  const { healthcheck } = inputs;
  const [network] = inputs.networksAdvanced;
  const [program, ...programArguments] = inputs.entrypoints;
  const every = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  return [
    ...every("--env", envNames),
    ...every("--network", network ? [network.name] : []),
    ...every("--network-alias", network?.aliases ?? []),
    ...every(
      "--label",
      inputs.labels.map(({ label, value }) => `${label}=${value}`),
    ),
    ...every("--cap-drop", inputs.capabilities.drops),
    ...every("--cap-add", inputs.capabilities.adds),
    ...every("--security-opt", inputs.securityOpts),
    ...every(
      "--tmpfs",
      Object.entries(inputs.tmpfs).map(([where, options]) => `${where}:${options}`),
    ),
    ...every(
      "--log-opt",
      Object.entries(inputs.logOpts).map(([key, value]) => `${key}=${value}`),
    ),
    ...every(
      "--volume",
      inputs.volumes.map((volume) => {
        const source = volume.volumeName ?? volume.hostPath ?? "";
        return `${source}:${volume.containerPath}${volume.readOnly ? ":ro" : ""}`;
      }),
    ),
    ...every(
      "--publish",
      inputs.ports.map((port) => `${port.ip}:${port.external}:${port.internal}`),
    ),
    ...every("--health-cmd", [healthcheck.tests[1]]),
    ...every("--health-interval", [healthcheck.interval]),
    ...every("--health-timeout", [healthcheck.timeout]),
    ...every("--health-retries", [String(healthcheck.retries)]),
    ...every("--health-start-period", [healthcheck.startPeriod]),
    ...every("--memory", [`${inputs.memory}m`]),
    ...every("--memory-swap", [`${inputs.memorySwap}m`]),
    ...every("--log-driver", [inputs.logDriver]),
    ...every("--restart", [inputs.restart]),
    ...every("--stop-timeout", [String(inputs.stopTimeout)]),
    ...every("--user", inputs.user === undefined ? [] : [inputs.user]),
    ...every("--entrypoint", program === undefined ? [] : [program]),
    ...(inputs.init ? ["--init"] : []),
    ...(inputs.readOnly ? ["--read-only"] : []),
    inputs.image,
    ...programArguments,
    ...inputs.command,
  ];
}

async function copyInto(container: string, file: string, content: string): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), "orbital-witness-upload-"));
  try {
    const source = path.join(scratch, "file");
    await writeFile(source, content);
    // chmod is used because the umask removes bits from writeFile's `mode`.
    await chmod(source, 0o644);
    await docker(["cp", source, `${container}:${file}`]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
