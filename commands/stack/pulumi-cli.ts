import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";
import { passphraseEnvironment } from "../../lib/passphrase.ts";
import { say } from "../../lib/terminal.ts";
import { projectFolder as ownFolder } from "./project.ts";

const DOWNLOAD_LIMIT_MS = 300_000;

export interface RunOptions {
  /** Given to standard input: how a secret is handed over. */
  readonly input?: string;
  /** Collect what is printed instead of showing it. */
  readonly quiet?: boolean;
}

export interface RunResult {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that takes Pulumi's commands: the real CLI, or the stand-in for where it cannot be had. */
export class PulumiCli {
  readonly kind: "pulumi" | "stand-in";
  readonly #command: readonly [string, ...string[]];
  readonly #folder: string;

  constructor(kind: PulumiCli["kind"], command: readonly [string, ...string[]], folder: string) {
    this.kind = kind;
    this.#command = command;
    this.#folder = folder;
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const [program, ...first] = this.#command;
    const isSeen = !options.quiet;
    // At a terminal the CLI shows its progress, and asks, itself; what it printed is then not to be had here.
    const output = isSeen ? (process.stdout.isTTY ? "inherit" : (["inherit", "pipe"] as const)) : "pipe";
    const { failed, stdout, stderr } = await execa(program, [...first, ...args], {
      cwd: this.#folder,
      env: { ...passphraseEnvironment(this.#folder), PULUMI_SKIP_UPDATE_CHECK: "true" },
      ...(options.input === undefined ? { stdin: isSeen ? "inherit" : "ignore" } : { input: options.input }),
      stdout: output,
      stderr: output,
      reject: false,
    });
    return { failed, stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
  }

  /** Runs a command that should print nothing of interest unless it fails. @throws Failure with what it printed */
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
 * The real CLI of the PATH, else the one that the `pulumi` package of npm downloads, else the stand-in.
 * `STACK_ENGINE=pulumi` or `stand-in` decides otherwise.
 */
export async function choosePulumi(folder: string): Promise<PulumiCli> {
  const wish = process.env.STACK_ENGINE;
  if (wish !== undefined && wish !== "" && wish !== "pulumi" && wish !== "stand-in") {
    throw new Failure(
      `STACK_ENGINE is '${wish}', which is no engine.`,
      "Set it to pulumi or stand-in, or unset it.",
    );
  }
  if (wish === "stand-in") {
    return standIn(folder);
  }
  const installed = realPulumiOnPath();
  if (installed !== undefined) {
    return new PulumiCli("pulumi", [installed], folder);
  }
  const wrapper = path.join(ownFolder, "node_modules", "pulumi", "run.js");
  const download = await execa(process.execPath, [wrapper, "version"], {
    reject: false,
    timeout: DOWNLOAD_LIMIT_MS,
  });
  if (!download.failed) {
    return new PulumiCli("pulumi", [process.execPath, wrapper], folder);
  }
  const reason = download.timedOut ? "time ran out" : download.stderr.trim().split("\n").at(-1);
  if (wish === "pulumi") {
    throw new Failure(
      `STACK_ENGINE is pulumi, but there is none on the PATH, and it cannot be downloaded (${reason}).`,
      "Install the CLI (https://www.pulumi.com/docs/install/), or unset STACK_ENGINE.",
    );
  }
  say(`Pulumi's CLI cannot be downloaded (${reason})`);
  say("So the stand-in for its engine runs the same program, see offline/README.md");
  return standIn(folder);
}

function standIn(folder: string): PulumiCli {
  return new PulumiCli(
    "stand-in",
    [process.execPath, path.join(ownFolder, "offline", "pulumi", "cli.ts")],
    folder,
  );
}

/** Scripts of npm find the wrapper package's `pulumi` first; that one is not meant. */
function realPulumiOnPath(): string | undefined {
  const folders = (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  return folders.map((folder) => path.join(folder, "pulumi")).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // This project's own folder pulumi/ is none.
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
