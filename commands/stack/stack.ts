import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AlreadySaid, Failure } from "../../lib/failure.ts";
import { keepPassphrase } from "../../lib/passphrase.ts";
import { say } from "../../lib/terminal.ts";
import { adviceFor, DEFAULT_ADVICE, LOCKED_ADVICE, PASSPHRASE_ADVICE, UNWELL_ADVICE } from "./advice.ts";
import { ensureBaseImages } from "./base-images.ts";
import { StackContainers } from "./containers.ts";
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

const stackList = z.array(z.object({ name: z.string() }));
const ENGINES = { pulumi: "the real Pulumi CLI", "stand-in": "the stand-in for Pulumi's engine" } as const;

export type StackOutputs = z.infer<typeof outputsSchema>;

/** One stack of one clone, and the CLI that runs it. */
export class Stack {
  readonly folder: string;
  readonly name: string;
  readonly cli: PulumiCli;
  readonly containers: StackContainers;

  private constructor(folder: string, name: string, cli: PulumiCli) {
    this.folder = folder;
    this.name = name;
    this.cli = cli;
    this.containers = new StackContainers(folder, name);
  }

  /** Finds the CLI and makes the stack, with its passphrase, where there is none. */
  static async open(folder: string, name: string): Promise<Stack> {
    keepPassphrase(folder);
    const stack = new Stack(folder, name, await choosePulumi(folder));
    if (!(await stack.#isKnown())) {
      await stack.cli.quietly(["stack", "init", name], DEFAULT_ADVICE);
    }
    return stack;
  }

  /** The stack where there is one; makes nothing. */
  static async find(folder: string, name: string): Promise<Stack | undefined> {
    const stack = new Stack(folder, name, await choosePulumi(folder));
    return (await stack.#isKnown()) ? stack : undefined;
  }

  async #isKnown(): Promise<boolean> {
    const list = await this.cli.quietly(["stack", "ls", "--json"], DEFAULT_ADVICE);
    return stackList.parse(JSON.parse(list)).some((each) => each.name === this.name);
  }

  /** What one engine made, the other does not know: it would make everything a second time. */
  async refuseAnothersWork(): Promise<void> {
    const all = await this.containers.names();
    const ofStandIn = await this.containers.namesOfStandIn();
    const maker = all.length === 0 ? this.cli.kind : ofStandIn.length > 0 ? "stand-in" : "pulumi";
    if (maker !== this.cli.kind) {
      throw new Failure(
        `The containers of this stack were made by ${ENGINES[maker]}, but ${ENGINES[this.cli.kind]} is at work now.`,
        `Remove them by \`STACK_ENGINE=${maker} npm stop\` first (orders go with them), or go on with STACK_ENGINE=${maker}.`,
      );
    }
  }

  /** Sets a value that is no secret: it stands in the argument list. */
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
        if (hasSetting(this.folder, this.name, key)) {
          throw new Failure(
            `The image ${wanted[key]}, which the setting ${key} names, cannot be downloaded: no registry is reached.`,
            `Bring it onto the engine (\`docker load\`), or remove the setting from Pulumi.${this.name}.yaml.`,
          );
        }
        await this.set(key, usable[key]);
        say(
          `${key} is set to ${usable[key]}, of this distribution's packages (offline/README.md says how to go back)`,
        );
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
      this.#leaveItAtThat(options);
      const said = `${result.stdout}\n${result.stderr}`;
      const log = await this.containers.logOfUnwell();
      throw new Failure(
        `\`pulumi up\` failed${options.quiet ? `:\n${said}` : ", see above."}${log}`,
        adviceFor(said) ?? (log !== "" ? UNWELL_ADVICE : this.#isLocked() ? LOCKED_ADVICE : DEFAULT_ADVICE),
      );
    }
  }

  async destroy(options: { quiet?: boolean } = {}): Promise<void> {
    const result = await this.cli.run(["destroy", "--stack", this.name, "--yes"], {
      quiet: options.quiet ?? false,
    });
    if (result.failed) {
      this.#leaveItAtThat(options);
      const said = `${result.stdout}\n${result.stderr}`;
      throw new Failure(
        `\`pulumi destroy\` failed${options.quiet ? `:\n${said}` : ", see above."}`,
        adviceFor(said) ?? DEFAULT_ADVICE,
      );
    }
  }

  /** The stand-in ends as our own commands do, with one message and what to do. */
  #leaveItAtThat(options: { quiet?: boolean }): void {
    if (this.cli.kind === "stand-in" && !options.quiet) {
      throw new AlreadySaid();
    }
  }

  async outputs(): Promise<StackOutputs> {
    const text = await this.cli.quietly(
      ["stack", "output", "--json", "--stack", this.name],
      "Run `npm start` again.",
    );
    return outputsSchema.parse(JSON.parse(text));
  }

  /** At a terminal the CLI's words are not to be had; its lock is. */
  #isLocked(): boolean {
    const locks = path.join(this.folder, ".pulumi", "locks");
    return (
      existsSync(locks) &&
      readdirSync(locks, { recursive: true }).some((file) => String(file).endsWith(".json"))
    );
  }
}
