import path from "node:path";
import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";
import { passphraseEnvironment } from "../../../lib/passphrase.ts";
import { say } from "../../../lib/terminal.ts";
import { programOnPath } from "../../lib/program-on-path.ts";
import { identifyClone } from "../clone.ts";
import { engineEnvironment } from "../engine/endpoint.ts";
import { standInProgram } from "../offline.ts";
import { projectFolder as ownFolder } from "../project.ts";
import { areLeftBehind, pulumiLocks } from "./pulumi-locks.ts";

const DOWNLOAD_LIMIT_MS = 300_000;
/** npm's package `pulumi`, which downloads the CLI. */
const wrapper = path.join(ownFolder, "node_modules", "pulumi", "run.js");

export interface RunOptions {
  /** Text for standard input, such as a secret. */
  readonly input?: string;
  /** Collects the output instead of showing it. */
  readonly quiet?: boolean;
}

export interface RunResult {
  readonly failed: boolean;
  /** Whether Ctrl-C ended it. */
  readonly interrupted: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A program that takes Pulumi's commands: the real CLI, or the stand-in for machines that cannot download it.
 */
export class PulumiCli {
  readonly kind: "pulumi" | "stand-in";
  readonly #command: readonly [string, ...string[]];
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(
    kind: PulumiCli["kind"],
    command: readonly [string, ...string[]],
    folder: string,
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.kind = kind;
    this.#command = command;
    this.#folder = folder;
    this.#environment = environment;
  }

  /** The same CLI for the stack of another folder. */
  in(folder: string): PulumiCli {
    return new PulumiCli(this.kind, this.#command, folder, this.#environment);
  }

  /** The same CLI with environment variables for the program. */
  with(environment: Readonly<Record<string, string>>): PulumiCli {
    return new PulumiCli(this.kind, this.#command, this.#folder, environment);
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const [program, ...first] = this.#command;
    const isSeen = !options.quiet;
    // In a terminal the CLI itself shows its progress and asks questions; its output cannot be collected
    // then.
    const output = isSeen ? (process.stdout.isTTY ? "inherit" : (["inherit", "pipe"] as const)) : "pipe";
    const running = execa(program, [...first, ...args], {
      cwd: this.#folder,
      env: {
        ...passphraseEnvironment(this.#folder),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The stand-in runs the docker client, which follows its context.
        ...(this.kind === "pulumi" ? await engineEnvironment() : {}),
        ...this.#environment,
      },
      ...(options.input === undefined ? { stdin: isSeen ? "inherit" : "ignore" } : { input: options.input }),
      stdout: output,
      stderr: output,
      reject: false,
    });
    const { result, interrupted } = await endedByItself(running);
    const { failed, stdout, stderr } = result;
    return { failed, interrupted, stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
  }

  /** Removes the locks of a killed CLI from a stack. With them, the CLI would refuse every later update. */
  async removeLocksLeftBehind(stack: string): Promise<void> {
    if (this.kind === "pulumi" && areLeftBehind(pulumiLocks(this.#folder, stack))) {
      say("Removing the lock of an update that was killed (pulumi cancel)");
      await this.quietly(["cancel", "--yes", "--stack", stack], "Remove the files below .pulumi/locks.");
    }
  }

  /**
   * Runs a command without showing its output. @returns its output @throws Failure with its output when it
   * fails
   */
  async quietly(args: readonly string[], advice: string, input?: string): Promise<string> {
    const result = await this.run(args, { quiet: true, ...(input === undefined ? {} : { input }) });
    if (result.failed) {
      throw new Failure(
        `pulumi ${args.slice(0, 2).join(" ")} failed: ${result.stderr.trim() || result.stdout.trim()}`,
        advice,
      );
    }
    return result.stdout;
  }
}

/**
 * Chooses the real CLI on the PATH, else the one that npm's package `pulumi` downloads, else the stand-in.
 * `STACK_ENGINE=pulumi` or `stand-in` overrides the choice.
 * @throws Failure when STACK_ENGINE is invalid or its CLI is not available, and in a copy of another clone
 */
export async function choosePulumi(folder: string): Promise<PulumiCli> {
  identifyClone(folder);
  const wish = wishedEngine();
  if (wish === "stand-in") {
    return standIn(folder);
  }
  const installed = programOnPath("pulumi");
  if (installed !== undefined) {
    return new PulumiCli("pulumi", [installed], folder);
  }
  const download = await execa(process.execPath, [wrapper, "version"], {
    reject: false,
    timeout: DOWNLOAD_LIMIT_MS,
  });
  if (!download.failed) {
    return new PulumiCli("pulumi", [process.execPath, wrapper], folder);
  }
  const reason = download.timedOut
    ? `not done after ${DOWNLOAD_LIMIT_MS / 1000} s`
    : download.stderr.trim().split("\n").at(-1);
  if (wish === "pulumi") {
    throw new Failure(
      `STACK_ENGINE is pulumi, but the PATH has no Pulumi CLI, and it cannot be downloaded (${reason}).`,
      "Install the CLI (https://www.pulumi.com/docs/install/), or unset STACK_ENGINE.",
    );
  }
  say(`Pulumi's CLI cannot be downloaded (${reason})`);
  say("The stand-in for Pulumi runs the same program instead (see offline/README.md)");
  return standIn(folder);
}

/**
 * The engine that STACK_ENGINE asks for; undefined without a wish.
 * @throws Failure for any other value
 */
export function wishedEngine(): PulumiCli["kind"] | undefined {
  const wish = process.env.STACK_ENGINE || undefined;
  if (wish === undefined || wish === "pulumi" || wish === "stand-in") return wish;
  throw new Failure(
    `STACK_ENGINE is '${wish}', but must be pulumi or stand-in.`,
    "Set one of the two, or unset it.",
  );
}

/**
 * Ctrl-C in a terminal reaches the CLI too, which then ends cleanly. This process waits for that. If it ended
 * at once, the CLI would get a second signal and leave its lock and half-created containers behind.
 */
async function endedByItself<T>(running: PromiseLike<T>): Promise<{ result: T; interrupted: boolean }> {
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", onInterrupt);
  try {
    const result = await running;
    return { result, interrupted };
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

function standIn(folder: string): PulumiCli {
  return new PulumiCli("stand-in", [process.execPath, standInProgram], folder);
}
