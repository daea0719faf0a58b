import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import type { PassphraseCrypter } from "../../lib/stack-config/passphrase-crypter.ts";
import { takeBuildTurn } from "./build-turn.ts";
import { containerInputs, isExclusive, isRedis, PART_LABEL, startContainer } from "./container.ts";
import { docker } from "./docker-cli.ts";
import { healthOf } from "./health.ts";
import { type Kind, physicalName, type Scope } from "./scope.ts";

/**
 * `look` creates nothing lasting. It returns what exists and counts what an update would change. `read` does
 * not even check whether images would change.
 */
export type Mode = "update" | "look" | "read";
export type Change = "same" | "create" | "replace" | "delete";
export type Report = (change: Change, type: string, name: string) => void;

/** How long to wait for an unhealthy container to become healthy again. */
const RECOVERY_SECONDS = 15;

const label = z.strictObject({ label: z.string(), value: z.string() });
const networkInputs = z.strictObject({
  driver: z.literal("bridge"),
  internal: z.boolean().default(false),
  options: z.record(z.string(), z.string()).optional(),
  labels: z.array(label),
});
const volumeInputs = z.strictObject({
  labels: z.array(label),
  /** Options of the engine's `local` driver, for example a file system in memory with a size. */
  driverOpts: z.record(z.string(), z.string()).default({}),
});
const remoteImageInputs = z.strictObject({
  name: z.string(),
  keepLocally: z.literal(true),
  build: z
    .strictObject({
      context: z.string(),
      dockerfile: z.string(),
      buildArgs: z.record(z.string(), z.string()),
      platform: z.string(),
      // The classic builder adds none, and what it prints is shown when a build fails.
      provenance: z.literal("false"),
      buildLogFile: z.string(),
    })
    .optional(),
  // The engine's cache shows whether a source has changed.
  triggers: z.record(z.string(), z.string()).optional(),
});
const passwordInputs = z.strictObject({ length: z.number().int().max(64), special: z.literal(false) });

type ImageBuild = NonNullable<z.infer<typeof remoteImageInputs>["build"]>;

interface Made {
  readonly id: string;
  readonly state: Record<string, unknown>;
}

/**
 * Applies the program's resources to the Docker engine, with one method for each type that it knows. The
 * crypter is requested only when needed, because `destroy` needs none.
 */
export class Resources {
  readonly #scope: Scope;
  readonly #crypter: () => PassphraseCrypter;
  readonly #mode: Mode;
  readonly #report: Report;
  readonly #declared = {
    container: new Set<string>(),
    network: new Set<string>(),
    volume: new Set<string>(),
  };
  readonly #replaced: string[] = [];
  #lastBuild: Promise<unknown> = Promise.resolve();

  constructor(scope: Scope, crypter: () => PassphraseCrypter, mode: Mode, report: Report) {
    this.#scope = scope;
    this.#crypter = crypter;
    this.#mode = mode;
    this.#report = report;
  }

  /** @throws Failure that names an unknown type or property */
  async make(type: string, name: string, raw: unknown): Promise<Made> {
    switch (type) {
      case "docker:index/network:Network":
        return this.#network(name, known(networkInputs, type, name, raw));
      case "docker:index/volume:Volume":
        return this.#volume(name, known(volumeInputs, type, name, raw));
      case "docker:index/remoteImage:RemoteImage":
        return this.#remoteImage(name, known(remoteImageInputs, type, name, raw));
      case "docker:index/container:Container":
        return this.#container(name, known(containerInputs, type, name, raw));
      case "random:index/randomPassword:RandomPassword":
        return this.#password(name, known(passwordInputs, type, name, raw));
      default:
        throw new Failure(
          `The stand-in for Pulumi's engine does not know the resource type ${type} (of ${name}).`,
          "Use the real Pulumi CLI, or add the type to offline/pulumi/resources.ts.",
        );
    }
  }

  /**
   * Removes what was replaced or is not declared by the program. If the program did not run, that is
   * everything.
   */
  async removeRest({ keepVolumes = false } = {}): Promise<void> {
    const rest = async (kind: Kind) =>
      (await this.#scope.find(kind)).filter(({ name }) => !this.#declared[kind].has(name));
    const containers = await rest("container");
    const [last, first] = await partition(containers, async ({ name }) => isRedis(await partOf(name)));
    // Redis goes last, because stopping workers record their progress in it.
    for (const group of [first, last]) {
      await Promise.all(
        group.map(async ({ name, resource }) => {
          if (!this.#replaced.includes(name)) {
            this.#report("delete", "Container", resource);
          }
          if (this.#mode === "update") {
            await this.#scope.removeContainer(name);
          }
        }),
      );
    }
    for (const kind of keepVolumes ? (["network"] as const) : (["network", "volume"] as const)) {
      for (const { name, resource } of await rest(kind)) {
        this.#report("delete", kind === "network" ? "Network" : "Volume", resource);
        if (this.#mode === "update") {
          await docker([kind, "rm", name]);
        }
      }
    }
  }

  async #network(resource: string, inputs: z.infer<typeof networkInputs>): Promise<Made> {
    const options = ["--driver", inputs.driver, ...(inputs.internal ? ["--internal"] : [])];
    const driverOptions = Object.entries(inputs.options ?? {}).map(([key, value]) => `${key}=${value}`);
    return this.#lasting("network", "Network", resource, inputs, [
      ...options,
      ...driverOptions.flatMap((option) => ["--opt", option]),
      ...labelOptions(inputs.labels),
    ]);
  }

  async #volume(resource: string, inputs: z.infer<typeof volumeInputs>): Promise<Made> {
    const driver = Object.entries(inputs.driverOpts).flatMap(([key, value]) => ["--opt", `${key}=${value}`]);
    return this.#lasting("volume", "Volume", resource, inputs, [...labelOptions(inputs.labels), ...driver]);
  }

  /**
   * Creates a network or volume once. A network with other inputs is replaced. A volume is never replaced,
   * because it holds data: neither for other labels, which the program's `ignoreChanges` covers with the real
   * CLI, nor for other driver options.
   */
  async #lasting(
    kind: "network" | "volume",
    type: string,
    resource: string,
    inputs: object,
    options: string[],
  ) {
    const hash = this.#hash(inputs);
    const there = await this.#scope.find(kind, resource);
    const kept = there.find((found) => found.inputs === hash) ?? (kind === "volume" ? there[0] : undefined);
    const name = kept?.name ?? physicalName(resource);
    this.#report(kept ? "same" : "create", type, resource);
    if (!kept && this.#mode === "update") {
      await docker([kind, "create", ...options, ...this.#scope.labelArguments(resource, hash), name]);
    }
    this.#declared[kind].add(name);
    return { id: name, state: { ...inputs, name } };
  }

  async #remoteImage(resource: string, inputs: z.infer<typeof remoteImageInputs>): Promise<Made> {
    let id: string | undefined;
    if (inputs.build !== undefined && this.#mode !== "read") {
      id = await this.#build(resource, inputs.name, inputs.build);
    } else {
      id = await imageId(inputs.name);
      if (id === undefined && this.#mode === "update") {
        await docker(["pull", inputs.name]);
        id = await imageId(inputs.name);
      }
    }
    return { id: inputs.name, state: { ...inputs, imageId: id ?? inputs.name } };
  }

  /**
   * Builds in mode `look` too, but without the tag. Unchanged steps come from the engine's cache.
   * @returns the image's id
   */
  async #build(resource: string, imageName: string, build: ImageBuild): Promise<string> {
    const args = Object.entries(build.buildArgs).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ]);
    const tag = this.#mode === "update" ? ["--tag", imageName] : [];
    // The classic builder is part of every engine and needs no plugin of the client. Builds run one after the
    // other: in parallel, it builds equal layers twice, and the next build then misses its cache.
    const building = this.#lastBuild.then(async () => {
      using _ = await takeBuildTurn();
      return await execa(
        "docker",
        [
          "build",
          "--quiet",
          "--force-rm",
          "--file",
          build.dockerfile,
          "--platform",
          build.platform,
          ...args,
          ...tag,
          build.context,
        ],
        { env: { DOCKER_BUILDKIT: "0" }, reject: false },
      );
    });
    this.#lastBuild = building;
    const result = await building;
    if (result.failed) {
      throw new Failure(
        `The build of ${resource} failed:\n${lastLines(`${result.stdout}\n${result.stderr}`, 25)}`,
        "Fix the cause named above (services/Dockerfile, the service's folder), then try again.",
      );
    }
    return result.stdout.trim();
  }

  async #container(resource: string, inputs: z.infer<typeof containerInputs>): Promise<Made> {
    const hash = this.#hash(inputs);
    const there = await this.#scope.find("container", resource);
    const same = there.filter((found) => found.inputs === hash);
    const kept = await firstWell(same, this.#mode === "update" ? RECOVERY_SECONDS : 0);
    this.#report(kept ? "same" : there.length > 0 ? "replace" : "create", "Container", resource);
    const old = there.filter((found) => found !== kept).map((found) => found.name);
    this.#replaced.push(...old);
    const name = kept?.name ?? physicalName(resource);
    this.#declared.container.add(name);
    if (!kept && this.#mode === "update") {
      if (isExclusive(inputs)) {
        await Promise.all(old.map((each) => this.#scope.removeContainer(each)));
      }
      await startContainer(name, inputs, this.#scope.labelArguments(resource, hash));
    }
    return { id: name, state: { name } };
  }

  /**
   * Derives the password from the passphrase, the salt and the name, because there is no state in which to
   * keep a random value.
   */
  async #password(resource: string, inputs: z.infer<typeof passwordInputs>): Promise<Made> {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const bytes = this.#crypter().derive(`randomPassword:${resource}`).subarray(0, inputs.length);
    const result = Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
    return { id: "none", state: { ...inputs, result } };
  }

  /** A keyed hash, because the inputs contain secrets and every user can read the label with the hash. */
  #hash(inputs: object): string {
    return createHmac("sha256", this.#crypter().derive("inputs"))
      .update(JSON.stringify(inputs))
      .digest("hex")
      .slice(0, 24);
  }
}

function known<T extends z.ZodType>(schema: T, type: string, name: string, raw: unknown): z.output<T> {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    throw new Failure(
      `The stand-in for Pulumi's engine does not support all inputs of ${name} (${type}):\n` +
        z.prettifyError(parsed.error),
      "Use the real Pulumi CLI, or add the property in offline/pulumi.",
    );
  }
  return parsed.data;
}

function labelOptions(labels: readonly z.infer<typeof label>[]): string[] {
  return labels.flatMap(({ label: key, value }) => ["--label", `${key}=${value}`]);
}

async function imageId(name: string): Promise<string | undefined> {
  const result = await execa("docker", ["image", "inspect", "--format", "{{.Id}}", name], { reject: false });
  return result.failed ? undefined : result.stdout.trim();
}

/**
 * The first container that runs and is healthy or starting. Waits up to `waitSeconds` for an unhealthy one,
 * because a temporary fault is no reason to replace it.
 */
async function firstWell<T extends { name: string }>(
  found: readonly T[],
  waitSeconds: number,
): Promise<T | undefined> {
  const giveUpAt = Date.now() + waitSeconds * 1000;
  for (const each of found) {
    let health = await healthOf(each.name);
    while (health === "unhealthy" && Date.now() < giveUpAt) {
      await pause(250);
      health = await healthOf(each.name);
    }
    if (health === "healthy" || health === "starting") {
      return each;
    }
  }
  return undefined;
}

async function partOf(container: string): Promise<string> {
  return docker(["inspect", "--format", `{{index .Config.Labels "${PART_LABEL}"}}`, container]);
}

async function partition<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<[T[], T[]]> {
  const passes = await Promise.all(items.map(test));
  return [items.filter((_, index) => passes[index]), items.filter((_, index) => !passes[index])];
}

function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n");
}
