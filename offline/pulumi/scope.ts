import { randomBytes } from "node:crypto";
import { cloneId } from "../../pulumi/clone-id.ts";
import { docker, dockerLines } from "./docker-cli.ts";

/** A label on everything that the stand-in created, and on nothing else. */
export const SCOPE_LABEL = "orbital-witness.stand-in.scope";
const RESOURCE = "orbital-witness.stand-in.resource";
const INPUTS = "orbital-witness.stand-in.inputs";

export type Kind = "container" | "network" | "volume";

/** A container, network or volume that this stack of this clone created. */
export interface Found {
  /** Physical name. */
  readonly name: string;
  /** The resource's name in the program. */
  readonly resource: string;
  /** Hash of the inputs with which it was created. */
  readonly inputs: string;
}

/** The stand-in's only state: labels on everything that one stack of one clone created on the engine. */
export class Scope {
  readonly #id: string;

  constructor(projectFolder: string, project: string, stack: string) {
    this.#id = `${project}/${stack}/${cloneId(projectFolder)}`;
  }

  labelArguments(resource: string, inputs: string): string[] {
    const labels = { [SCOPE_LABEL]: this.#id, [RESOURCE]: resource, [INPUTS]: inputs };
    return Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  }

  /** Everything of this kind, or only that of one resource. Containers come newest first. */
  async find(kind: Kind, resource?: string): Promise<Found[]> {
    const list = { container: ["ps", "--all"], network: ["network", "ls"], volume: ["volume", "ls"] }[kind];
    const name = { container: "{{.Names}}", network: "{{.Name}}", volume: "{{.Name}}" }[kind];
    const filters = [
      `label=${SCOPE_LABEL}=${this.#id}`,
      ...(resource ? [`label=${RESOURCE}=${resource}`] : []),
    ];
    const lines = await dockerLines([
      ...list,
      ...filters.flatMap((filter) => ["--filter", filter]),
      "--format",
      `${name} {{.Label "${RESOURCE}"}} {{.Label "${INPUTS}"}}`,
    ]);
    return lines.map((line) => {
      const [found = "", its = "", inputs = ""] = line.split(" ");
      return { name: found, resource: its, inputs };
    });
  }

  /** Stops a container with its own stop signal and timeout, and removes it. */
  async removeContainer(name: string): Promise<void> {
    await docker(["stop", name]);
    await docker(["rm", "--force", "--volumes", name]);
  }
}

/** A name as Pulumi generates it: the resource's name and seven hex digits. */
export function physicalName(resource: string): string {
  return `${resource}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}
