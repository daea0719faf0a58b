import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { z } from "zod";
import { cloneId } from "../pulumi/clone-id.ts";
import { ensureBaseImages } from "./base-images.ts";
import { Failure } from "./failure.ts";
import { keepPassphrase } from "./passphrase.ts";
import { hasSetting, wantedBaseImages } from "./project.ts";
import { choosePulumi, type PulumiCli } from "./pulumi-cli.ts";

const outputsSchema = z.object({
  url: z.string(),
  authApiUrl: z.string(),
  orderApiUrl: z.string(),
  workers: z.number(),
  example: z.string(),
  containers: z.array(z.string()),
});

export type StackOutputs = z.infer<typeof outputsSchema>;

/** One stack of one clone, and the CLI that runs it. */
export class Stack {
  readonly folder: string;
  readonly name: string;
  readonly cli: PulumiCli;

  private constructor(folder: string, name: string, cli: PulumiCli) {
    this.folder = folder;
    this.name = name;
    this.cli = cli;
  }

  /** Finds the CLI and makes the stack, with its passphrase, where there is none. */
  static async open(folder: string, name: string): Promise<Stack> {
    keepPassphrase(folder);
    const stack = new Stack(folder, name, await choosePulumi(folder));
    const advice = "Mend what it names, and try again.";
    const list = z.array(z.object({ name: z.string() }));
    const known = list.parse(JSON.parse(await stack.cli.quietly(["stack", "ls", "--json"], advice)));
    if (!known.some((each) => each.name === name)) {
      await stack.cli.quietly(["stack", "init", name], advice);
    }
    return stack;
  }

  /** Sets a value; a secret goes by standard input, so that no argument list shows it. */
  async set(key: string, value: string): Promise<void> {
    await this.cli.quietly(
      ["config", "set", key, value, "--stack", this.name],
      `Set it by hand: pulumi config set ${key}`,
    );
  }

  /** Gives the stack a key for its tokens if it has none. @throws Failure where the passphrase is a wrong one */
  async keepJwtSecret(): Promise<void> {
    if (hasSetting(this.folder, this.name, "jwtSecret")) {
      await this.cli.quietly(["config", "get", "jwtSecret", "--stack", this.name], PASSPHRASE_ADVICE);
    } else {
      const args = ["config", "set", "--secret", "jwtSecret", "--stack", this.name];
      await this.cli.quietly(args, PASSPHRASE_ADVICE, randomBytes(48).toString("base64url"));
    }
  }

  /** Sees to it that the base images can be used, and sets those that have to stand in for others. */
  async keepBaseImages(): Promise<void> {
    const wanted = wantedBaseImages(this.folder, this.name);
    const usable = await ensureBaseImages(wanted);
    for (const key of ["nodeImage", "redisImage", "caddyImage"] as const) {
      if (usable[key] !== wanted[key]) {
        await this.set(key, usable[key]);
      }
    }
  }

  /** @throws Failure where the update failed; what the CLI said stands above it */
  async up(options: { refresh?: boolean; quiet?: boolean } = {}): Promise<void> {
    const flags = [
      "--stack",
      this.name,
      "--yes",
      "--skip-preview",
      ...(options.refresh ? ["--refresh"] : []),
    ];
    const result = await this.cli.run(["up", ...flags], { quiet: options.quiet ?? false });
    if (result.failed) {
      const said = `${result.stdout}\n${result.stderr}`;
      const log = await this.#logOfUnwell();
      throw new Failure(
        `\`pulumi up\` failed${options.quiet ? `:\n${said}` : ", see above."}${log}`,
        adviceFor(said) ?? (log === "" ? DEFAULT_ADVICE : UNWELL_ADVICE),
      );
    }
  }

  async destroy(options: { quiet?: boolean } = {}): Promise<void> {
    const result = await this.cli.run(["destroy", "--stack", this.name, "--yes"], {
      quiet: options.quiet ?? false,
    });
    if (result.failed) {
      const said = `${result.stdout}\n${result.stderr}`;
      throw new Failure(
        `\`pulumi destroy\` failed${options.quiet ? `:\n${said}` : ", see above."}`,
        adviceFor(said) ?? DEFAULT_ADVICE,
      );
    }
  }

  async outputs(): Promise<StackOutputs> {
    const text = await this.cli.quietly(
      ["stack", "output", "--json", "--stack", this.name],
      "Run `npm start` again.",
    );
    return outputsSchema.parse(JSON.parse(text));
  }

  /** Names of this stack's containers that there are, well or not. */
  async ownContainers(): Promise<string[]> {
    return this.#labelled(["ps", "--all", "--format", "{{.Names}}"]);
  }

  /** Everything of this stack that is on the engine, images aside. */
  async remains(): Promise<string[]> {
    const networks = await this.#labelled(["network", "ls", "--format", "{{.Name}}"]);
    const volumes = await this.#labelled(["volume", "ls", "--format", "{{.Name}}"]);
    return [...(await this.ownContainers()), ...networks, ...volumes];
  }

  async #labelled(list: readonly string[]): Promise<string[]> {
    const labels = [`orbital-witness.clone=${cloneId(this.folder)}`, `orbital-witness.stack=${this.name}`];
    const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
    const { stdout } = await execa("docker", [...list, ...filters]);
    return stdout.split("\n").filter((name) => name !== "");
  }

  /** What a failed update leaves behind says more than the update does. */
  async #logOfUnwell(): Promise<string> {
    const containers = await this.ownContainers().catch(() => {
      // The engine itself is away, which is what the update failed of and said.
      return [];
    });
    const [first] = await this.unwell(containers);
    if (first === undefined) {
      return "";
    }
    const tail = ["logs", "--tail", "10", first.split(" ")[0] ?? ""];
    const { all } = await execa("docker", tail, { all: true, reject: false });
    return `\n${first}. The end of its log:\n${all}`;
  }

  /** Containers that are missing, stopped or not healthy, each with what is wrong; none when all is well. */
  async unwell(containers: readonly string[]): Promise<string[]> {
    const looks = containers.map(async (name) => {
      const format = "{{.State.Status}} {{.State.Health.Status}}";
      const { failed, stdout } = await execa("docker", ["inspect", "--format", format, name], {
        reject: false,
      });
      if (failed) {
        return `${name} is gone`;
      }
      const [status, health] = stdout.split(" ");
      return status === "running" && health === "healthy"
        ? undefined
        : `${name} is ${status === "running" ? health : status}`;
    });
    return (await Promise.all(looks)).filter((line) => line !== undefined);
  }
}

const PASSPHRASE_ADVICE =
  "Put the passphrase that this stack was made with into .pulumi-passphrase (or PULUMI_CONFIG_PASSPHRASE).\n" +
  "If it is lost: `git checkout Pulumi.local.yaml` after `git update-index --no-skip-worktree Pulumi.local.yaml`,\n" +
  "remove the stack's containers by `docker rm -f` and the folder .pulumi, and run `npm start`.";

const UNWELL_ADVICE =
  "Mend what keeps the container from being healthy (all of its log: `docker logs <name>`), then do the same again.";
const DEFAULT_ADVICE = "Mend what it names above and do the same again; what is done already is kept.";

/** What to do about a failed run of Pulumi, told by what it said. */
function adviceFor(said: string): string | undefined {
  if (/incorrect passphrase|passphrase must be set|cipher: message authentication failed/i.test(said)) {
    return PASSPHRASE_ADVICE;
  }
  if (
    /port is already allocated|address already in use|permission denied.*bind|forwarding port/i.test(said)
  ) {
    return "Free the port, or choose another: npm run pulumi -- config set httpPort 8080 --stack local";
  }
  if (/currently locked/i.test(said)) {
    return "Another run is at work, or was cut off. If none is: npm run pulumi -- cancel --yes --stack local";
  }
  if (/Settings out of range|must be of type|missing (required )?configuration/i.test(said)) {
    return "Set the value it names: npm run pulumi -- config set <setting> <value> --stack local";
  }
  if (/Cannot connect to the Docker daemon|error during connect/i.test(said)) {
    return "Start the Docker engine; `npm start` does it where it can.";
  }
  if (/reading build output|build .*failed|failed to solve|executor failed/i.test(said)) {
    return "The build of an image failed: mend what it names above (services/Dockerfile, the service's folder, the network).";
  }
  return undefined;
}
