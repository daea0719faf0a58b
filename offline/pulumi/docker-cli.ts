import { execa } from "execa";
import { Failure } from "../../lib/failure.ts";

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
      adviceFor(result.stderr),
    );
  }
  return result.stdout;
}

/** The lines of the output; an empty array when there is no output. */
export async function dockerLines(args: readonly string[]): Promise<string[]> {
  return (await docker(args)).split("\n").filter((line) => line !== "");
}

function adviceFor(message: string): string {
  if (/port is already allocated|address already in use/.test(message)) {
    return "Free the port, or choose another: npm run pulumi -- config set httpPort 8080 --stack local";
  }
  if (/Cannot connect to the Docker daemon|Is the docker daemon running/i.test(message)) {
    return (
      "Start the Docker engine, or run `npm start`, which starts it if it can. " +
      "`npm run doctor` says why it does not answer."
    );
  }
  return "Fix the cause that the engine names above and run the command again. Finished steps are kept.";
}
