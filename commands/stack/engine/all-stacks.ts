import { execa } from "execa";
import { z } from "zod";
import { STAND_IN_LABEL } from "../offline.ts";

/** In the order in which they can be removed: containers use the others. */
export const kinds = ["container", "network", "volume"] as const;

/** A container, network or volume of this project, of any clone and stack. */
export type Resource = {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  readonly clone: string;
  readonly stack: string;
  readonly part: string;
  readonly isOfStandIn: boolean;
  /** Of containers: `running`, `exited`. Empty for the others. */
  readonly state: string;
  /** Of containers: `Up 3 hours (healthy)`. Empty for the others. */
  readonly status: string;
};

const CLONE = "orbital-witness.clone";
const lists = {
  container: { list: ["ps", "--all"], name: "{{.Names}}", state: "{{.State}}\t{{.Status}}" },
  network: { list: ["network", "ls"], name: "{{.Name}}", state: "\t" },
  volume: { list: ["volume", "ls"], name: "{{.Name}}", state: "\t" },
} as const;

/** Lists everything of this project on the engine. Undefined if the engine does not answer in time. */
export async function allResources(limitMs: number): Promise<Resource[] | undefined> {
  const found = await Promise.all(kinds.map((kind) => resourcesOf(kind, limitMs)));
  return found.includes(undefined) ? undefined : found.flatMap((each) => each ?? []);
}

async function resourcesOf(kind: Resource["kind"], limitMs: number): Promise<Resource[] | undefined> {
  const { list, name, state } = lists[kind];
  const labels = [CLONE, "orbital-witness.stack", "orbital-witness.part", STAND_IN_LABEL];
  const format = [name, ...labels.map((label) => `{{.Label "${label}"}}`), state].join("\t");
  const { failed, stdout } = await execa(
    "docker",
    [...list, "--filter", `label=${CLONE}`, "--format", format],
    { reject: false, timeout: limitMs, killSignal: "SIGKILL" },
  );
  if (failed) return undefined;
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [found = "", clone = "", stack = "", part = "", scope = "", is = "", status = ""] =
        line.split("\t");
      return { kind, name: found, clone, stack, part, isOfStandIn: scope !== "", state: is, status };
    });
}

const inspectSchema = z.array(
  z.object({
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
    Mounts: z.array(z.object({ Source: z.string().nullish(), Destination: z.string() })),
  }),
);

/** The folders of clones by their ids, as far as their routers tell by the samples that they serve. */
export async function foldersOfClones(
  routers: readonly string[],
  limitMs: number,
): Promise<ReadonlyMap<string, string>> {
  if (routers.length === 0) return new Map();
  const { stdout } = await execa("docker", ["inspect", ...routers], { reject: false, timeout: limitMs });
  const parsed = inspectSchema.safeParse(jsonOrNothing(stdout));
  const folders = (parsed.data ?? []).flatMap(({ Config, Mounts }) => {
    const samples = Mounts.find(({ Destination }) => Destination === "/srv/samples")?.Source ?? "";
    const clone = Config.Labels[CLONE];
    return samples.endsWith("/samples/scans") && clone !== undefined
      ? [[clone, samples.slice(0, -"/samples/scans".length)] as const]
      : [];
  });
  return new Map(folders);
}

function jsonOrNothing(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
