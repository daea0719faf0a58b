import { execa } from "execa";

/** Longer than the engine of a busy machine takes, and short enough to wait for. */
export const ANSWER_MS = 8000;

/** @returns the lines that a program prints; undefined if it fails or takes longer than ANSWER_MS */
export async function linesOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[] | undefined> {
  const { failed, stdout } = await execa(program, args, {
    env,
    reject: false,
    stdin: "ignore",
    timeout: ANSWER_MS,
    killSignal: "SIGKILL",
  });
  return failed ? undefined : stdout.split("\n").filter((line) => line !== "");
}
