import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AlreadySaid, Failure } from "../../lib/failure.ts";
import { keepPassphrase } from "../../lib/passphrase.ts";
import { say } from "../../lib/terminal.ts";
import { StackContainers } from "./engine/containers.ts";
import { hasSetting } from "./project.ts";
import { adviceFor, DEFAULT_ADVICE, isLocked, lockedAdvice, PASSPHRASE_ADVICE } from "./pulumi/advice.ts";
import { logOfFailedBuilds } from "./pulumi/build-logs.ts";
import { choosePulumi, type PulumiCli, type RunResult } from "./pulumi/pulumi-cli.ts";
import { pulumiLocks } from "./pulumi/pulumi-locks.ts";
import { substitutes } from "./substitutes.ts";

const outputsSchema = z.object({
  url: z.string(),
  localUrl: z.string(),
  authApiUrl: z.string(),
  orderApiUrl: z.string(),
  workers: z.number(),
  example: z.string(),
  containers: z.array(z.string()),
  dashboardUrl: z.string().nullish(),
  tokenKey: z.string(),
  proof: z.object({ orderId: z.string(), seconds: z.number() }).nullish(),
});

const stackList = z.array(z.object({ name: z.string() }));
/** A pattern of resource URNs. */
const ALL_VOLUMES = "**docker:index/volume:Volume::**";
const ENGINES = { pulumi: "the real Pulumi CLI", "stand-in": "the stand-in for Pulumi's engine" } as const;

export type StackOutputs = z.infer<typeof outputsSchema>;

/** One stack of one clone, and the CLI that changes it. */
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

  /**
   * Finds the CLI, and creates the stack and its passphrase when they are missing.
   * @param environment variables for the program
   */
  static async open(
    folder: string,
    name: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Stack> {
    keepPassphrase(folder);
    const stack = new Stack(folder, name, (await choosePulumi(folder)).with(environment));
    if (!(await stack.#isKnown())) {
      await stack.cli.quietly(["stack", "init", name], DEFAULT_ADVICE);
    }
    return stack;
  }

  /** The stack, or undefined when there is none. Creates nothing. */
  static async find(folder: string, name: string): Promise<Stack | undefined> {
    const stack = new Stack(folder, name, await choosePulumi(folder));
    return (await stack.#isKnown()) ? stack : undefined;
  }

  /** The containers, networks and volumes of a stack that the clone's CLI does not know. */
  static async remainsOf(folder: string, name: string): Promise<string[]> {
    return new StackContainers(folder, name).remains();
  }

  async #isKnown(): Promise<boolean> {
    const list = await this.cli.quietly(["stack", "ls", "--json"], DEFAULT_ADVICE);
    return stackList.parse(JSON.parse(list)).some((each) => each.name === this.name);
  }

  /**
   * Throws if the other CLI created the stack's containers. This CLI does not know them and would create
   * everything a second time.
   */
  async refuseAnothersWork(): Promise<void> {
    const all = await this.containers.names();
    const ofStandIn = await this.containers.namesOfStandIn();
    const maker = all.length === 0 ? this.cli.kind : ofStandIn.length > 0 ? "stand-in" : "pulumi";
    if (maker !== this.cli.kind) {
      throw new Failure(
        `The containers of this stack were created by ${ENGINES[maker]}, ` +
          `but this command uses ${ENGINES[this.cli.kind]}.`,
        `Set STACK_ENGINE=${maker} to keep using it. ` +
          `To change to the other one, first remove the stack and its orders: ` +
          `\`STACK_ENGINE=${maker} npm stop\`.`,
      );
    }
  }

  /** Sets a value that is not secret: every user of the machine can read it in the argument list. */
  async set(key: string, value: string): Promise<void> {
    await this.cli.quietly(
      ["config", "set", key, value, "--stack", this.name],
      `Set it by hand: pulumi config set ${key}`,
    );
  }

  /** Sets a key for signing tokens when the stack has none. @throws Failure when the passphrase is wrong */
  async keepJwtSecret(): Promise<void> {
    if (hasSetting(this.folder, this.name, "jwtSecret")) {
      await this.cli.quietly(["config", "get", "jwtSecret", "--stack", this.name], PASSPHRASE_ADVICE);
    } else {
      await this.setRandomSecret("jwtSecret");
    }
  }

  /** Sets a secret of 64 random letters. They go through standard input, so they are in no argument list. */
  async setRandomSecret(key: string): Promise<void> {
    const args = ["config", "set", "--secret", key, "--stack", this.name];
    await this.cli.quietly(args, PASSPHRASE_ADVICE, randomBytes(48).toString("base64url"));
  }

  /** Downloads the base images, and sets substitutes for those that cannot be downloaded. */
  async keepBaseImages(): Promise<void> {
    for (const [key, image] of await substitutes(this.folder, this.name)) {
      await this.set(key, image);
      say(`${key} is set to ${image} (offline/README.md says how to go back)`);
    }
  }

  /** @throws Failure when the update failed or was interrupted */
  async up(options: { refresh?: boolean; quiet?: boolean } = {}): Promise<void> {
    const flags = [
      "--stack",
      this.name,
      "--yes",
      "--skip-preview",
      ...(options.refresh ? ["--refresh"] : []),
    ];
    await this.cli.removeLocksLeftBehind(this.name);
    const startedAt = Date.now();
    const result = await this.cli.run(["up", ...flags], { quiet: options.quiet ?? false });
    if (result.failed) {
      refuseInterrupted(result, "up", "Run the command again: finished steps are kept.");
      this.#leaveItAtThat(options);
      const said = `${result.stdout}\n${result.stderr}`;
      const builds = await logOfFailedBuilds(this.folder, startedAt);
      throw new Failure(
        `\`pulumi up\` failed${options.quiet ? `:\n${said}` : ", see above."}${builds}`,
        this.#advice(`${said}${builds}`, DEFAULT_ADVICE),
      );
    }
  }

  /**
   * @param options.keepData keeps the volumes: the next `up` uses them again
   * @throws Failure when it failed or was interrupted
   */
  async destroy(options: { quiet?: boolean; keepData?: boolean } = {}): Promise<void> {
    const kept = options.keepData ? ["--exclude", ALL_VOLUMES] : [];
    await this.cli.removeLocksLeftBehind(this.name);
    const result = await this.cli.run(["destroy", "--stack", this.name, "--yes", "--skip-preview", ...kept], {
      quiet: options.quiet ?? false,
    });
    if (result.failed) {
      refuseInterrupted(result, "destroy", "Run the command again: it removes what is left.");
      this.#leaveItAtThat(options);
      const said = `${result.stdout}\n${result.stderr}`;
      throw new Failure(
        `\`pulumi destroy\` failed${options.quiet ? `:\n${said}` : ", see above."}`,
        this.#advice(said, DEFAULT_ADVICE),
      );
    }
  }

  /** The stand-in prints its own message and what to do. */
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

  #advice(said: string, otherwise: string): string {
    const locks = pulumiLocks(this.folder, this.name);
    if (isLocked(said)) {
      return lockedAdvice(locks);
    }
    // In a terminal the CLI's output cannot be read, but the lock of another run can.
    return adviceFor(said) ?? (locks.length > 0 ? lockedAdvice(locks) : otherwise);
  }
}

function refuseInterrupted(result: RunResult, command: string, advice: string): void {
  if (result.interrupted) {
    throw new Failure(`\`pulumi ${command}\` was interrupted.`, advice);
  }
}
