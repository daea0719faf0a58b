import { execa } from "execa";
import { engineAdvice } from "../../lib/engine-advice.ts";
import { Failure } from "../../lib/failure.ts";

const DEFAULT_ADVICE =
  "Fix the cause that the engine names above and run the command again. Finished steps are kept.";

export interface DockerOptions {
  /** Added to the client's environment. Secrets go here, because every user can read an argument list. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the docker client. @returns its standard output @throws Failure with the engine's message */
export async function docker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const result = await execa("docker", args, {
    env: { ...options.env },
    reject: false,
    stripFinalNewline: true,
  });
  if (result.failed) {
    throw new Failure(
      `docker ${args[0]} failed: ${result.stderr.trim() || result.shortMessage}`,
      engineAdvice(result.stderr) ?? DEFAULT_ADVICE,
    );
  }
  return result.stdout;
}

/** The lines of the output; an empty array when there is no output. */
export async function dockerLines(args: readonly string[]): Promise<string[]> {
  return (await docker(args)).split("\n").filter((line) => line !== "");
}
