import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { projectFolder } from "../../commands/stack/project.ts";
import { poll } from "../../lib/poll.ts";
import type { StackUnderTest } from "../../tests/stack/stack-under-test.ts";

const START_SECONDS = 30;

const containerSchema = z
  .tuple([
    z.object({
      Image: z.string(),
      Config: z.object({ Env: z.array(z.string()) }),
      HostConfig: z.object({ Memory: z.number() }),
      NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
    }),
  ])
  .transform(([container]) => container);

/** Routes to the probe in the same way as to the Order API. */
export function withProbe(caddyfile: string): string {
  const [snippet] = /^\(order-api\) \{\n(?:\t.*\n)*\}\n/m.exec(caddyfile) ?? [];
  const [site] = /^:8080 \{\n/m.exec(caddyfile) ?? [];
  if (snippet === undefined || site === undefined) {
    throw new Error("pulumi/Caddyfile has no snippet (order-api) or no site :8080");
  }
  return caddyfile.replace(
    site,
    `${snippet.replaceAll("order-api", "probe")}\n${site}\thandle /probe {\n\t\timport probe\n\t}\n`,
  );
}

/**
 * Gives the probe's container the same image, networks, memory, Node options, keys and Redis as the Order
 * API's. Waits until it answers. @returns the container's id
 */
export async function startProbe(clone: StackUnderTest, name: string, probeUrl: string): Promise<string> {
  const { id } = await clone.container("order-api");
  const { stdout } = await execa("docker", ["inspect", id]);
  const { Image, Config, HostConfig, NetworkSettings } = containerSchema.parse(JSON.parse(stdout));
  const memory = String(HostConfig.Memory);
  const script = path.join(projectFolder, "bench/orders/probe-service.ts");
  const inside = "/app/services/order-api/probe-service.ts";
  const options = [
    "--name",
    name,
    "--init",
    "--read-only",
    "--cap-drop",
    "ALL",
    "--volume",
    `${script}:${inside}:ro`,
  ];
  const limits = ["--memory", memory, "--memory-swap", memory, "--security-opt", "no-new-privileges"];
  const [first = "", ...others] = Object.keys(NetworkSettings.Networks);
  const alias = (network: string) => ["--network", network, "--network-alias", "probe"];
  // Passed by name, so that the values are in no argument list.
  const environment = ["TOKEN_KEYS", "REDIS_URL", "NODE_OPTIONS"].flatMap((name) => ["--env", name]);
  const created = await execa(
    "docker",
    ["create", ...options, ...limits, ...environment, ...alias(first), Image, "node", inside],
    {
      env: Object.fromEntries(
        Config.Env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    },
  );
  for (const network of others) {
    await execa("docker", ["network", "connect", "--alias", "probe", network, name]);
  }
  await execa("docker", ["start", name]);
  await untilReady(probeUrl);
  return created.stdout;
}

/**
 * Waits until the probe answers. The router waits for a service that is starting, but cannot keep every body.
 */
async function untilReady(probeUrl: string): Promise<void> {
  const look = async () => ((await fetch(probeUrl)).status === 204 ? true : undefined);
  const late = () => new Error(`the probe does not answer after ${START_SECONDS} s`);
  await poll(look, { everyMs: 200, limitMs: START_SECONDS * 1000, late });
}
