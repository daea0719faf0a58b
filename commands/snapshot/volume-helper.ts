import { randomUUID } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";
import type { StackStores } from "./stores.ts";

const rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];

/**
 * A container that has all stores as `/store/<name>`. It ends with this process, also when that is killed.
 */
export class VolumeHelper implements AsyncDisposable {
  readonly #name = `orbital-witness-snapshot-${randomUUID().slice(0, 8)}`;
  readonly #container: ReturnType<typeof runUntilLeft>;

  private constructor({ image, volumes }: StackStores) {
    const named = Object.entries(volumes).flatMap(([store, name]) => ["--volume", `${name}:/store/${store}`]);
    const caps = rights.flatMap((right) => ["--cap-add", right]);
    this.#container = runUntilLeft([
      ...["run", "--rm", "--interactive", "--name", this.#name, "--label", "orbital-witness.helper=snapshot"],
      ...["--network", "none", "--read-only", "--user", "0:0", "--cap-drop", "ALL", ...caps],
      ...[...named, "--entrypoint", "cat", image],
    ]);
  }

  static async start(of: StackStores): Promise<VolumeHelper> {
    const helper = new VolumeHelper(of);
    let hasEnded = false;
    helper.#container.then(() => {
      hasEnded = true;
    });
    for (;;) {
      const { failed } = await execa("docker", ["exec", helper.#name, "true"], { reject: false });
      if (!failed) return helper;
      if (hasEnded) {
        const { stderr } = await helper.#container;
        throw new Failure(
          `A container with the stack's volumes does not start: ${stderr}`,
          "Is there room on the disk? `docker system df` tells what uses it.",
        );
      }
    }
  }

  /** Runs a shell script in `/store`, with `words` as $1 and so on. @returns what it printed */
  async run(script: string, ...words: string[]): Promise<string> {
    const { failed, stdout, stderr } = await execa("docker", this.#exec(script, words), { reject: false });
    if (failed)
      throw new Failure(`The stack's volumes could not be worked on: ${stderr || stdout}`, diskAdvice);
    return stdout;
  }

  /** Writes what a script prints to `target`. */
  async read(script: string, target: Writable, ...words: string[]): Promise<void> {
    const child = execa("docker", this.#exec(script, words), { buffer: { stdout: false }, reject: false });
    const [{ failed, stderr }] = await Promise.all([child, pipeline(child.stdout, target)]);
    if (failed) throw new Failure(`The stack's volumes could not be read: ${stderr}`, diskAdvice);
  }

  /** Gives a script `source` as its input. */
  async write(script: string, source: Readable, ...words: string[]): Promise<void> {
    const exec = ["exec", "--interactive", ...this.#exec(script, words).slice(1)];
    const child = execa("docker", exec, { stdin: "pipe", reject: false });
    // If the script fails, this does too, but the script says why.
    const copying = pipeline(source, child.stdin).then(
      () => undefined,
      (error: unknown) => error,
    );
    const { failed, stderr } = await child;
    if (failed) throw new Failure(`The stack's volumes could not be written: ${stderr}`, diskAdvice);
    const error = await copying;
    if (error !== undefined) throw error;
  }

  #exec(script: string, words: readonly string[]): string[] {
    return ["exec", "--workdir", "/store", this.#name, "sh", "-ec", script, "sh", ...words];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#container.stdin.end();
    await this.#container;
  }
}

/** `cat` ends when its input does. Ctrl+C must not reach it before this process has tidied up. */
function runUntilLeft(run: readonly string[]) {
  return execa("docker", run, { stdin: "pipe", reject: false, detached: true });
}

const diskAdvice =
  "Is there room on the disk? `docker system df` tells what uses it. Then run the command again.";
